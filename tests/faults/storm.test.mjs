#!/usr/bin/env node
// Random kill -9 of services, Kafka, Redis, the edge and the hosts' engines, two at a time, while people
// create, fill, resize, stop, start, move and delete servers. Always: every acknowledged request has
// exactly one outcome, at most one running copy of a server, no more is granted than there is, no file is
// lost, all is healthy within 30 s. README.md says how to run the long form.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';

import { administrator } from '../integration/lib/client.mjs';
import { containers, crash, docker } from '../integration/lib/stack.mjs';
import { sleep, until } from '../integration/lib/until.mjs';
import { assertAtMostOneCopy, assertNothingOverGranted, assertOneOutcomeEach } from './always.mjs';
import { dealer } from './deal.mjs';
import { Person } from './person.mjs';

const VICTIMS = [
  'api', 'balancer', 'provisioner-1', 'provisioner-spare-1', 'collector-1', 'collector-spare-1', 'forecaster',
  'redis', 'edge', 'kafka', 'engine-1', 'engine-spare-1',
];
const KILLS = Number(process.env.NEAPTIDE_FAULTS_KILLS ?? 24);
const SEED = Number(process.env.NEAPTIDE_FAULTS_SEED ?? randomInt(1_000_000));
const PEOPLE = 3;
const HEALTHY_WITHIN_MS = 30_000;

async function assertHealthy() {
  for (const service of VICTIMS)
    for (const id of await containers(service)) {
      const health = await docker('inspect', '-f', '{{.State.Running}} {{if .State.Health}}{{.State.Health.Status}}{{end}}', id);
      if (!/^true (healthy)?$/.test(health)) throw new Error(`${service} is ${health}`);
    }
}

/** Kills both at once; resolves to the time until everything answers again. */
async function strike(admin, victims) {
  const begin = Date.now();
  await Promise.all(victims.map(crash));
  await until(`all to be healthy after ${victims.join(' and ')} died`, async () => {
    await assertHealthy();
    await admin.get('/api/v1/pool');
    return true;
  }, { timeoutMs: HEALTHY_WITHIN_MS });
  return Date.now() - begin;
}

test(`${KILLS} kills, seed ${SEED}`, { timeout: (60 + KILLS * 30) * 1000 }, async () => {
  const admin = await administrator();
  const people = Array.from({ length: PEOPLE }, (_, number) => new Person(admin, `storm-${number + 1}`));
  let isOver = false;
  const work = Promise.all(people.map((person) => person.work(() => isOver)));
  work.catch(() => {}); // awaited below
  const times = new Map(VICTIMS.map((victim) => [victim, []]));
  try {
    const deal = dealer(VICTIMS, SEED);
    for (let kills = 0; kills < KILLS; kills += 2) {
      const victims = [deal(), deal()];
      const took = await Promise.race([strike(admin, victims), work.then(() => assert.fail('people stopped working'))]);
      for (const victim of victims) times.get(victim).push(took);
      await assertAtMostOneCopy();
      await sleep(500);
    }
  } finally {
    isOver = true;
  }
  await work;
  for (const [victim, all] of times)
    console.log(`${victim}: ${all.length} times, healthy again after ${all.map((ms) => (ms / 1000).toFixed(1)).join(', ')} s`);
  console.log(people.map((person) => person.story()).join('; '));
  await assertOneOutcomeEach(people.flatMap((person) => person.acknowledged));
  await assertNothingOverGranted();
  for (const person of people) {
    await person.assertFilesKept();
    await person.leave();
  }
  await assertAtMostOneCopy();
});
