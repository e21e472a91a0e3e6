#!/usr/bin/env node
// The way of one click, visible in the topics: wish -> outcome + placement + state in one
// transaction -> observed -> started event -> server-sent event, all under one trace id.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { test } from 'node:test';

import { administrator, fresh } from './lib/client.mjs';
import { request, serverUrl } from './lib/http.mjs';
import { records } from './lib/topics.mjs';
import { until } from './lib/until.mjs';

test('one click goes through all topics and comes back to the page', async (t) => {
  const admin = await administrator();
  const stop = new AbortController();
  t.after(() => stop.abort());
  const seen = [];
  const reading = (async () => {
    for await (const event of admin.events(stop.signal)) seen.push(event);
  })().catch(() => {});

  const trace = randomBytes(16).toString('hex');
  const headers = { traceparent: `00-${trace}-${randomBytes(8).toString('hex')}-01` };
  const key = randomUUID();
  const name = fresh('click');
  const body = { name, template: 'web', size: 'small' };
  const first = await admin.mutate('POST', '/api/v1/servers', body, { key, headers });
  const again = await admin.mutate('POST', '/api/v1/servers', body, { key, headers });
  assert.equal(again.server.server, first.server.server, 'the same key asks once');
  const server = await admin.untilState(first.server, 'running');

  const id = server.server;
  const wishes = (await records('internal.requests')).filter((r) => r.value.server === id && r.value.op === 'create');
  const wish = wishes[0];
  const outcomes = (await records('internal.outcomes')).filter((r) => r.value.request === wish.value.id);
  const placements = (await records('internal.placements')).filter((r) => r.key === id);
  const observed = (await records('internal.observed')).filter((r) => r.key.startsWith(`${id}/`));
  const states = (await records('server.state')).filter((r) => r.key === id);
  const events = (await records('server.events')).filter((r) => r.key === id);

  assert.equal(new Set(wishes.map((w) => w.value.id)).size, 1, 'one wish, however often it was sent');
  assert.equal(outcomes.length, 1, 'exactly one outcome');
  assert.equal(outcomes[0].value.accepted, true);
  assert.equal(placements[0].value.desired, 'running');
  assert.equal(placements[0].value.request, wish.value.id);
  assert.equal(placements[0].value.host, 'host-1', 'new servers go to active hosts only');
  assert.ok(observed.some((o) => o.value.state === 'running' && o.value.applied.cpu_milli === 500), 'limits are read back');
  assert.deepEqual(states[0].value.state, 'preparing');
  assert.equal(states.at(-1).value.state, 'running');
  assert.deepEqual(events.map((e) => e.value.kind).slice(0, 2), ['created', 'started']);
  for (const record of [wish, outcomes[0], placements[0]])
    assert.match(record.traceparent, new RegExp(trace), `the trace is in ${record.topic}`);

  await until('the page to be told', () => seen.some((e) => JSON.stringify(e.data).includes(id) && JSON.stringify(e.data).includes('running')));
  stop.abort();
  await reading;

  const page = await until('the web address to answer', async () => {
    const answer = await request(serverUrl(name));
    return answer.status === 200 ? answer : null;
  });
  assert.match(page.text, /<html/i);
  await admin.remove(server);
});

test('two people ask for the same name at once: one gets it, the other a sentence', async () => {
  const admin = await administrator();
  const name = fresh('twice');
  const ask = () => admin.send('POST', '/api/v1/servers', {
    body: { name, template: 'web', size: 'small' },
    headers: { 'Idempotency-Key': randomUUID() },
  });
  const answers = await Promise.all([ask(), ask()]);
  const [won, lost] = answers.sort((a, b) => a.status - b.status);
  assert.ok(won.status < 300, won.text);
  assert.equal(lost.status, 409, lost.text);
  assert.equal(lost.json().code, 'name-taken');
  assert.ok(lost.json().next.length > 0);
  await admin.remove(won.json().server);
});
