#!/usr/bin/env node
// Networks between hosts and Kafka are cut. All of them: we are blind, nobody is declared lost and nothing
// moves. One of them: its servers are Unreachable after a minute, are made nowhere else, and come back.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { administrator, fresh } from '../integration/lib/client.mjs';
import { container, docker, hosts, serverContainers } from '../integration/lib/stack.mjs';
import { records } from '../integration/lib/topics.mjs';
import { sleep } from '../integration/lib/until.mjs';

const SILENCE_MS = 60_000; // what a host may be silent for
const LATE_MS = 20_000;

const rules = [['OUTPUT', '--dport'], ['INPUT', '--sport']];

/** Adds (-I) or takes away (-D) rules in the host's network namespace that drop what goes to Kafka and comes from it. */
async function firewall(host, change) {
  const commands = rules.map(([chain, port]) => `iptables ${change} ${chain} -p tcp ${port} 9092 -j DROP`);
  await docker('run', '--rm', '--network', `container:${await container(host)}`, '--cap-add', 'NET_ADMIN', 'neaptide/host',
    'sh', '-c', commands.join(' && '));
}

const cutOff = new Set();

async function cut(host) {
  await firewall(host, '-I');
  cutOff.add(host);
}

async function mend(host) {
  await firewall(host, '-D');
  cutOff.delete(host);
}

after(async () => {
  for (const host of [...cutOff]) await mend(host);
});

const copiesOf = async (server) => (await serverContainers()).filter((row) => row.server === server.server);

test('all hosts are cut off from Kafka: nobody is lost, nothing moves', { timeout: 300_000 }, async () => {
  const admin = await administrator();
  const server = await admin.create({ name: fresh('blind') });
  await admin.untilState(server, 'running');
  const before = await copiesOf(server);
  const movesBefore = (await records('move.events')).length;
  for (const host of hosts) await cut(host);
  const end = Date.now() + SILENCE_MS + LATE_MS;
  while (Date.now() < end) {
    assert.equal((await admin.server(server.server)).state, 'running');
    await sleep(1000);
  }
  assert.equal((await records('move.events')).length, movesBefore);
  assert.deepEqual(await copiesOf(server), before);
  for (const host of hosts) await mend(host);
  await admin.act(server, 'stop'); // and decisions reach the hosts again
  await admin.untilState(server, 'stopped');
  await admin.remove(server);
});

test('one host is cut off from Kafka: Unreachable after a minute, back without a second copy', { timeout: 300_000 }, async () => {
  const admin = await administrator();
  const server = await admin.create({ name: fresh('away') });
  const { host } = await admin.untilState(server, 'running');
  const before = await copiesOf(server);
  await cut(host);
  const begin = Date.now();
  await admin.untilState(server, 'unreachable', { timeoutMs: SILENCE_MS + LATE_MS });
  assert.ok(Date.now() - begin > SILENCE_MS - 10_000, 'not before it was silent for a minute'); // it may have spoken 10 s ago
  await sleep(3000);
  assert.deepEqual(await copiesOf(server), before, 'its data is there: it is made nowhere else');
  await mend(host);
  await admin.untilState(server, 'running', { timeoutMs: 60_000 });
  assert.deepEqual(await copiesOf(server), before);
  await admin.remove(server);
});
