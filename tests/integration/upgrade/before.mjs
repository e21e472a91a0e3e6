#!/usr/bin/env node
// On the installation of the earlier version: a server with a file in it, and what must still be so after
// `up` of this tree; prints that as JSON into the file named by the first argument.
import { writeFileSync } from 'node:fs';

import { administrator } from '../lib/client.mjs';
import { container, docker, innerDocker, serverContainers } from '../lib/stack.mjs';

const NOTE = 'written before the upgrade';

const admin = await administrator();
const server = await admin.untilState(await admin.create({ name: 'kept-1', template: 'web' }), 'running');
const copy = (await serverContainers()).find((one) => one.server === server.server);
await innerDocker(copy.host, 'exec', '-u', '0', copy.id, 'sh', '-c', `echo "${NOTE}" > /var/tmp/note`);
writeFileSync(process.argv[2], JSON.stringify({
  server: server.server,
  address: server.address.web,
  container: copy.id,
  host: copy.host,
  note: NOTE,
  engine: await container('engine-1'),
  started: await innerDocker(copy.host, 'inspect', '-f', '{{.State.StartedAt}}', copy.id),
  accounts: (await admin.list('/api/v1/users')).map((user) => user.name),
}));
process.exit(0); // connections to the edge would keep us
