#!/usr/bin/env node
// Fencing: the leading balancer is stopped with SIGSTOP, a second takes over, the first is continued:
// its write is refused, it exits, nothing is doubled.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { administrator, fresh } from './lib/client.mjs';
import { container, docker, signal } from './lib/stack.mjs';
import { latest, records } from './lib/topics.mjs';
import { until } from './lib/until.mjs';

/** A second balancer, made like the first. */
async function standby() {
  const [first] = JSON.parse(await docker('inspect', await container('balancer')));
  const name = `${first.Name.slice(1)}-standby`;
  const networks = Object.keys(first.NetworkSettings.Networks);
  const address = 'balancer-standby';
  const env = first.Config.Env.filter((line) => !line.startsWith('NEAPTIDE_BALANCER_ADVERTISE='));
  await docker('rm', '-f', name).catch(() => {});
  return docker(
    'run', '-d', '--name', name, '--network', networks[0], '--network-alias', address,
    ...first.Mounts.flatMap((mount) => ['-v', `${mount.Name ?? mount.Source}:${mount.Destination}${mount.RW ? '' : ':ro'}`]),
    ...env.flatMap((line) => ['-e', line]), '-e', `NEAPTIDE_BALANCER_ADVERTISE=${address}:8082`,
    ...(first.Config.Entrypoint ? ['--entrypoint', first.Config.Entrypoint[0]] : []),
    first.Config.Image, ...(first.Config.Entrypoint ?? []).slice(1), ...(first.Config.Cmd ?? []),
  );
}

const leader = async () => [...(await latest('internal.pool')).values()][0];

test('a leader that slept too long writes nothing more', async () => {
  const admin = await administrator();
  const first = await container('balancer');
  const restarts = await docker('inspect', '-f', '{{.RestartCount}}', first);
  const before = await until('a leader', leader);
  const second = await standby();
  try {
    await until('the standby to be warm', async () =>
      (await docker('exec', second, 'curl', '-sS', 'http://127.0.0.1:8082/metrics')).length > 0);
    await signal('balancer', 'STOP');

    // The stopped leader is voted out after its session time-out; wishes wait and are then decided.
    const server = await admin.create({ name: fresh('fence-1'), template: 'web', size: 'small' }, { timeoutMs: 60_000 });
    const now = await until('a new leader', async () => {
      const pool = await leader();
      return pool.epoch > before.epoch ? pool : null;
    });
    assert.notEqual(now.leader, before.leader);

    await signal('balancer', 'CONT');
    await until('the first to notice, exit and come back as a standby', async () =>
      (await docker('inspect', '-f', '{{.RestartCount}}', first)) !== restarts, { timeoutMs: 30_000 });
    await admin.untilState(server, 'running');

    const wishes = (await records('internal.requests')).map((record) => record.value.id);
    const outcomes = (await records('internal.outcomes')).map((record) => record.value.request);
    assert.equal(new Set(outcomes).size, outcomes.length, 'no request has two outcomes');
    for (const id of new Set(wishes)) assert.ok(outcomes.includes(id), `request ${id} was answered`);
    const revisions = (await records('internal.placements')).filter((r) => r.key === server.server).map((r) => r.value.revision);
    assert.equal(new Set(revisions).size, revisions.length, 'no revision was written twice');
    await admin.remove(server);
  } finally {
    await signal('balancer', 'CONT').catch(() => {});
    await docker('rm', '-f', second);
  }
});
