#!/usr/bin/env node
// A tide, played fast, in an installation of its own whose clock runs at 360x: fourteen days are
// written as history, then two days are played without a break. On the first the balancer is off and
// host-1 goes over 90 % from 13:00 to 16:00; on the second it is automatic: the window is seen at least
// an hour before, a server is moved before it begins, and the host stays under 90 %.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { administrator } from '../lib/client.mjs';
import { request, serverUrl } from '../lib/http.mjs';
import { exec, innerDocker, serverContainers } from '../lib/stack.mjs';
import { records } from '../lib/topics.mjs';
import { sleep, until } from '../lib/until.mjs';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const clock = async (admin) => (await admin.get('/api/v1/pool')).now_ms;
const text = (ms) => new Date(ms).toISOString().slice(0, 16);

/** Waits, in wall time, until load time is at_ms. */
async function untilLoadTime(admin, atMs) {
  const { now_ms: now, clock: { rate } } = await admin.get('/api/v1/pool');
  if (atMs > now) await sleep((atMs - now) / rate);
  await until(`load time ${text(atMs)}`, async () => (await clock(admin)) >= atMs, { timeoutMs: 60_000 });
}

/** Share of samples of host-1 above 90 % of its CPU, and the highest, between two load times. */
async function overload(fromMs, toMs) {
  const loads = (await records('host.load'))
    .filter((record) => record.key === 'host-1')
    .map((record) => record.value)
    .filter((load) => load.at_ms >= fromMs && load.at_ms < toMs)
    .map((load) => load.sample.cpu_milli / load.capacity.cpu_milli);
  assert.ok(loads.length > 30, `samples between ${text(fromMs)} and ${text(toMs)}: ${loads.length}`);
  return { share: loads.filter((load) => load > 0.9).length / loads.length, highest: Math.max(...loads) };
}

test('a tide is seen, explained and avoided', { timeout: 900_000 }, async () => {
  const admin = await administrator();
  await admin.mutate('PATCH', '/api/v1/pool', { mode: 'off' });
  let web = await admin.create({ name: 'tide-web', template: 'web', size: 'small' });
  const lab = await admin.create({ name: 'tide-lab', template: 'web', size: 'small' });
  web = await admin.untilState(web, 'running');
  await admin.untilState(lab, 'running');
  for (const server of [web, lab]) assert.equal((await admin.server(server.server)).host, 'host-1');
  const copy = (await serverContainers()).find((row) => row.server === web.server);
  await innerDocker('host-1', 'exec', '-u', '0', copy.id, 'sh', '-c', 'echo "written before the move" > /var/tmp/note');

  const rows = { 'host-1': 'collector-1', 'spare-1': 'collector-spare-1' };
  for (const service of Object.values(rows)) console.log(await exec(service, 'neaptide-history'));

  // Day 1 is the day that the installation's clock began on.
  const pool = await admin.get('/api/v1/pool');
  const day1 = Math.floor(pool.clock.load0_ms / DAY_MS) * DAY_MS;
  const window = (day) => [day + 13 * HOUR_MS, day + 16 * HOUR_MS];
  const begun = await clock(admin);
  assert.ok(begun < day1 + 12 * HOUR_MS, `set up before the first window (it is ${text(begun)})`);

  await untilLoadTime(admin, day1 + 16.25 * HOUR_MS);
  const off = await overload(...window(day1));
  console.log(`day 1, off: ${(off.share * 100).toFixed(0)} % of the window above 90 %, highest ${(off.highest * 100).toFixed(0)} %`);
  assert.ok(off.share > 0.5, 'with the balancer off the host does go over 90 %');
  assert.equal((await admin.server(web.server)).host, 'host-1', 'off means off');

  await admin.mutate('PATCH', '/api/v1/pool', { mode: 'automatic' });
  const [from, to] = window(day1 + DAY_MS);
  await untilLoadTime(admin, from);
  const moved = (await records('move.events')).map((record) => record.value);
  const done = moved.filter((event) => event.phase === 'done');
  assert.ok(done.length >= 1, `a move is done before ${text(from)}: ${JSON.stringify(moved.map((m) => [m.name, m.phase, text(m.load_ms)]))}`);
  assert.ok(done[0].load_ms < from, 'done before the window begins');
  const seen = (await records('forecast.windows'))
    .map((record) => record.value)
    .filter((value) => value.host === 'host-1')
    .find((value) => value.windows.some((w) => w.resource === 'cpu' && w.from_ms < to && w.to_ms > from));
  assert.ok(seen, 'the window was published');
  assert.ok(seen.issued_ms <= from - HOUR_MS, `an hour before: at ${text(seen.issued_ms)}`);
  const plans = await admin.list('/api/v1/plans');
  const found = plans.find((one) => one.moves.length > 0);
  assert.ok(found, 'there is a plan');
  const plan = await admin.get(`/api/v1/plans/${found.plan}`); // lists leave the curves out
  assert.ok(plan.reason.key && plan.curves.length > 0, 'with its reason and the curves with and without');

  await untilLoadTime(admin, to + HOUR_MS / 4);
  const on = await overload(from, to);
  console.log(`day 2, automatic: window seen ${text(seen.issued_ms)}, ${done[0].name} moved ${text(done[0].load_ms)} (pause ${done[0].pause_ms} ms), ${(on.share * 100).toFixed(1)} % above 90 %, highest ${(on.highest * 100).toFixed(0)} %`);
  assert.equal(on.share, 0, 'the host stays under 90 %');

  const name = done[0].name;
  const server = name === 'tide-web' ? web : lab;
  const page = await until('the same address', async () => {
    const answer = await request(serverUrl(name));
    return answer.status === 200 ? answer : null;
  });
  assert.ok(page.text.length > 0);
  const now = (await serverContainers()).filter((row) => row.server === server.server && row.state === 'running');
  assert.equal(now.length, 1);
  if (server === web)
    assert.equal(await innerDocker(now[0].host, 'exec', now[0].id, 'cat', '/var/tmp/note'), 'written before the move');
  for (const one of [web, lab]) await admin.remove(one);
});
