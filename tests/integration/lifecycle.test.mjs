#!/usr/bin/env node
// Stop, start, restart, live resize, rename and delete, each read back from Docker itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { administrator, fresh } from './lib/client.mjs';
import { request, serverUrl } from './lib/http.mjs';
import { innerDocker, serverContainers } from './lib/stack.mjs';
import { until } from './lib/until.mjs';

const dockerOf = async (server) => (await serverContainers()).filter((row) => row.server === server.server);

test('the life of a server', async () => {
  const admin = await administrator();
  const name = fresh('life');
  let server = await admin.create({ name, template: 'files', size: 'small' });
  server = await admin.untilState(server, 'running');
  await until('its page', async () => (await request(serverUrl(name))).status < 500);

  await admin.act(server, 'stop');
  server = await admin.untilState(server, 'stopped');
  assert.equal((await dockerOf(server))[0].state, 'exited');
  const away = await request(serverUrl(name));
  assert.ok(away.status === 503 || away.status === 404, `a stopped server answers ${away.status}`);

  await admin.act(server, 'start');
  server = await admin.untilState(server, 'running');
  const before = (await dockerOf(server))[0];
  await admin.act(server, 'restart');
  await until('a new start', async () => {
    const started = await innerDocker('host-1', 'inspect', '-f', '{{.State.StartedAt}} {{.State.Running}}', before.id);
    return started.endsWith('true') && started !== before.started;
  });
  server = await admin.untilState(server, 'running');

  await admin.act(server, 'resize', { size: 'medium' });
  server = await until('the new limits', async () => {
    const now = await admin.server(server.server);
    return now.applied?.cpu_milli === 1000 ? now : null;
  });
  const limits = await innerDocker('host-1', 'inspect', '-f', '{{.HostConfig.NanoCpus}} {{.HostConfig.CpuQuota}} {{.Id}}', before.id);
  assert.match(limits, /^(1000000000 0|0 100000) /, `live, in the same container: ${limits}`);

  await admin.mutate('PATCH', `/api/v1/servers/${server.server}`, { title: '나의 서버' });
  assert.equal((await admin.server(server.server)).title, '나의 서버');

  await admin.remove(server);
  await until('it to leave the list', async () => !(await admin.servers()).some((s) => s.server === server.server));
  await until('its container to be set aside, not destroyed', async () => {
    const rows = await dockerOf(server);
    return rows.length === 1 && rows[0].state === 'exited' && rows[0].name !== before.name;
  });
});
