#!/usr/bin/env node
// kill -9 of each service once while servers are created, resized, moved and removed. Always: every
// acknowledged request has exactly one outcome, at most one running copy of a server, all healthy
// within 30 s.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import { administrator, ProblemError } from './lib/client.mjs';
import { containers, crash, docker, serverContainers } from './lib/stack.mjs';
import { records } from './lib/topics.mjs';
import { sleep, until } from './lib/until.mjs';

const SERVICES = ['api', 'balancer', 'provisioner-1', 'provisioner-spare-1', 'collector-1', 'forecaster', 'redis', 'edge', 'kafka'];
const LONGEST_RECOVERY_MS = 30_000;

/** Answers that a person may get while something is down: said, with what to do, and safe to repeat. */
const EXPECTED = new Set(['name-taken', 'moving', 'no-room', 'quota-exceeded', 'revision-changed', 'not-found', 'state-wrong', 'expired', 'host-unsuitable', 'unreachable']);

async function work(admin, number, isOver, acknowledged) {
  const name = `crash-${number}`;
  while (!isOver()) {
    try {
      const server = await admin.create({ name: `${name}-${randomUUID().slice(0, 6)}` }, { timeoutMs: 90_000 });
      acknowledged.push(server.server);
      const running = await admin.untilState(server, 'running', { timeoutMs: 90_000 });
      await admin.act(running, 'resize', { size: 'medium' });
      await admin.act(running, 'move', { host: running.host === 'host-1' ? 'spare-1' : 'host-1' });
      await sleep(1500);
      await until('the server to settle', async () => (await admin.server(server.server)).state === 'running', { timeoutMs: 90_000 });
      await admin.remove(server);
    } catch (error) {
      if (!(error instanceof ProblemError) || !EXPECTED.has(error.problem.code)) throw error;
    }
  }
}

async function atMostOneCopy() {
  const running = (await serverContainers({ all: false })).filter((row) => row.state === 'running');
  const servers = running.map((row) => row.server);
  assert.equal(new Set(servers).size, servers.length, `two running copies: ${JSON.stringify(running)}`);
}

const healthOf = (id) => docker('inspect', '-f', '{{.State.Running}} {{if .State.Health}}{{.State.Health.Status}}{{end}}', id);

test('each service may die at any moment', { timeout: 600_000 }, async () => {
  const admin = await administrator();
  const acknowledged = [];
  let over = false;
  const workers = [1, 2].map((number) => work(admin, number, () => over, acknowledged));
  const ended = Promise.all(workers);
  ended.catch(() => {}); // reported below
  const times = [];
  try {
    for (const service of SERVICES) {
      await Promise.race([sleep(2000), ended]);
      const begin = Date.now();
      await crash(service);
      await until(`all to be healthy after ${service} died`, async () => {
        for (const one of SERVICES)
          for (const id of await containers(one)) {
            const health = await healthOf(id);
            if (!/^true (healthy)?$/.test(health)) throw new Error(`${one} is ${health}`);
          }
        await admin.get('/api/v1/pool');
        return true;
      }, { timeoutMs: LONGEST_RECOVERY_MS });
      times.push(`${service} ${((Date.now() - begin) / 1000).toFixed(1)} s`);
      await atMostOneCopy();
    }
  } finally {
    over = true;
  }
  await ended;
  console.log(`recovery: ${times.join(', ')}; ${acknowledged.length} servers came and went`);

  const wishes = new Set((await records('internal.requests')).map((record) => record.value.id));
  const outcomes = await until('every request to be answered', async () => {
    const answered = (await records('internal.outcomes')).map((record) => record.value.request);
    for (const id of wishes) if (!answered.includes(id)) throw new Error(`request ${id} has no outcome`);
    return answered;
  });
  assert.equal(new Set(outcomes).size, outcomes.length, 'exactly one outcome each');
  await atMostOneCopy();
  for (const server of await admin.servers()) if (server.name.startsWith('crash-')) await admin.remove(server);
});
