#!/usr/bin/env node
// After `up` of this tree over an earlier version, and after a restore: what upgrade/before.mjs made is still
// there.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { administrator, fresh } from '../lib/client.mjs';
import { request, serverUrl } from '../lib/http.mjs';
import { container, innerDocker, serverContainers } from '../lib/stack.mjs';
import { until } from '../lib/until.mjs';

const before = JSON.parse(process.env.NEAPTIDE_BEFORE);

test('the server, its file, its address and its container are still there', async () => {
  const admin = await administrator();
  assert.deepEqual((await admin.list('/api/v1/users')).map((user) => user.name), before.accounts);
  const server = await admin.untilState({ server: before.server, name: 'kept-1' }, 'running', { timeoutMs: 90_000 });
  assert.equal(server.address.web, before.address);
  const copies = (await serverContainers()).filter((one) => one.server === before.server);
  assert.deepEqual(copies.map((one) => [one.host, one.id, one.state]), [[before.host, before.container, 'running']]);
  assert.equal(await innerDocker(before.host, 'exec', before.container, 'cat', '/var/tmp/note'), before.note);
  await until('its page', async () => (await request(serverUrl('kept-1'))).status === 200);
  // Where the engine was not replaced, its servers never noticed.
  if ((await container('engine-1')) === before.engine)
    assert.equal(await innerDocker(before.host, 'inspect', '-f', '{{.State.StartedAt}}', before.container), before.started);
});

test('a new server can be made', async () => {
  const admin = await administrator();
  await admin.untilState(await admin.create({ name: fresh('after'), template: 'web' }), 'running');
});
