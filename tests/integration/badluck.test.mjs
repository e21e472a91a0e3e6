#!/usr/bin/env node
// Bad input and bad luck: each gets a problem+json with a sentence and a next step, in the language
// asked for, and nothing is lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Client, administrator, fresh } from './lib/client.mjs';
import { consoleUrl } from './lib/http.mjs';
import { container, docker, innerDocker } from './lib/stack.mjs';
import { until } from './lib/until.mjs';

/** The answer must be this problem, complete, in Korean and in English. */
async function assertProblem(code, status, ask) {
  for (const language of ['ko', 'en']) {
    const answer = await ask({ 'Accept-Language': language });
    assert.equal(answer.status, status, `${code}: ${answer.status} ${answer.text}`);
    assert.match(answer.headers['content-type'], /^application\/problem\+json/);
    const problem = answer.json();
    assert.equal(problem.code, code);
    for (const part of ['title', 'detail', 'next', 'trace_id']) assert.ok(problem[part], `${code} has ${part}`);
    assert.equal(/[가-힣]/.test(problem.title + problem.next), language === 'ko', `${code} in ${language}: ${problem.title}`);
    assert.doesNotMatch(problem.detail, /\{/, `${code}: every placeholder is filled`);
  }
}

const servers = '/api/v1/servers';
const create = (client, body, more = {}) => (headers) =>
  client.send('POST', servers, { body, headers: { ...headers, ...more } });

test('bad input', async () => {
  const admin = await administrator();
  const good = { name: 'bad-1', template: 'web', size: 'small' };
  await assertProblem('template-unknown', 422, create(admin, { ...good, template: 'nothing' }));
  await assertProblem('size-unknown', 422, create(admin, { ...good, size: 'colossal' }));
  await assertProblem('name-invalid', 422, create(admin, { ...good, name: '서버' }));
  await assertProblem('body-not-json', 400, create(admin, '{"name": '));
  await assertProblem('body-not-json', 400, create(admin, '{"name": "a1", "name": "a2"}'));
  await assertProblem('body-not-utf8', 400, create(admin, Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])));
  await assertProblem('body-too-large', 413, create(admin, `{"name": "${'x'.repeat(3 << 20)}"}`));
  await assertProblem('cross-origin', 403, create(admin, good, { Origin: 'http://bad-1.s.localhost' }));
  await assertProblem('not-found', 404, (headers) => admin.send('GET', `${servers}/018bcfe5-6800-7000-8000-000000000000`, { headers }));
  await assertProblem('sign-in-needed', 401, (headers) => new Client().send('GET', servers, { headers }));
  await assertProblem('sign-in-failed', 401, (headers) =>
    new Client().send('POST', '/api/v1/session', { body: { name: 'admin', password: 'wrong-password' }, headers }));
  await assertProblem('session-expired', 401, (headers) =>
    new Client().send('GET', servers, { headers: { ...headers, Cookie: `neaptide=${'A'.repeat(43)}` } }));
  await assertProblem('cursor-wrong', 400, (headers) => admin.send('GET', `${servers}?after=nonsense`, { headers }));
  await assertProblem('setup-done', 409, (headers) =>
    admin.send('POST', '/api/v1/setup', { body: { token: 'x'.repeat(32), name: 'second', password: 'long-enough-1', language: 'en' }, headers }));
});

test('quota and room: the figures and what would fit', async () => {
  const admin = await administrator();
  const name = fresh('student');
  await admin.mutate('POST', '/api/v1/users', {
    name, password: 'student-student', role: 'person', language: 'ko',
    quota: { cpu_milli: 1500, mem_bytes: 1610612736, servers: 2 },
  });
  const student = await new Client().signIn(name, 'student-student');
  const ask = (headers) => student.send('POST', servers, { body: { name: 'big-1', template: 'web', size: 'large' }, headers });
  await assertProblem('quota-exceeded', 422, ask);
  const { problem } = { problem: (await ask({})).json() };
  assert.ok(problem.params.limit !== undefined && problem.params.used !== undefined, JSON.stringify(problem.params));

  const mine = await student.create({ name: fresh('mine-1'), size: 'small' });
  const other = await administrator();
  assert.ok((await other.servers()).some((s) => s.server === mine.server), 'an administrator sees all');
  const stranger = await admin.create({ name: fresh('notyours-1'), size: 'small' });
  await assertProblem('not-found', 404, (headers) => student.send('GET', `${servers}/${stranger.server}`, { headers }));
  await assertProblem('administrator-only', 403, (headers) => student.send('GET', '/api/v1/tide', { headers }));
  await student.remove(mine);
  await admin.remove(stranger);
});

test('If-Match refuses what was changed meanwhile', async () => {
  const admin = await administrator();
  const server = await admin.untilState(await admin.create({ name: fresh('match-1') }), 'running');
  const stale = { 'If-Match': '"1"' };
  await admin.mutate('PATCH', `${servers}/${server.server}`, { title: 'first' });
  await assertProblem('revision-changed', 412, (headers) =>
    admin.send('PATCH', `${servers}/${server.server}`, { body: { title: 'second' }, headers: { ...headers, ...stale } }));
  await admin.remove(server);
});

test('Kafka down: reads go on, writes get 503 and a sentence', async () => {
  const admin = await administrator();
  const kafka = await container('kafka');
  await docker('pause', kafka);
  try {
    await until('the api to notice', async () =>
      (await admin.send('POST', servers, { body: { name: 'later-1', template: 'web', size: 'small' } })).json().code === 'kafka-down', { timeoutMs: 40_000 });
    await assertProblem('kafka-down', 503, create(admin, { name: 'later-1', template: 'web', size: 'small' }));
    const list = await admin.send('GET', servers);
    assert.equal(list.status, 200, 'reads go on');
  } finally {
    await docker('unpause', kafka);
  }
  const server = await admin.create({ name: fresh('later-2') }, { timeoutMs: 60_000 });
  await admin.remove(await admin.untilState(server, 'running'));
});

test('Redis down: loads from the view of Kafka, marked older', async () => {
  const admin = await administrator();
  const redis = await container('redis');
  await docker('pause', redis);
  try {
    const hosts = await until('loads from elsewhere', async () => {
      const all = await admin.list('/api/v1/hosts');
      return all.length > 0 && all.every((host) => host.load === null || host.load.older) ? all : null;
    }, { timeoutMs: 20_000 });
    assert.ok(hosts.some((host) => host.load !== null));
  } finally {
    await docker('unpause', redis);
  }
  await until('fresh loads again', async () => (await admin.list('/api/v1/hosts')).some((host) => host.load && !host.load.older));
});

test('Docker gone: said on the server, and it comes back by itself', async () => {
  const admin = await administrator();
  const engine = await container('engine-1');
  await docker('pause', engine);
  let server;
  try {
    server = await admin.create({ name: fresh('gone-1') });
    await until('the fault to be said', async () => (await admin.server(server.server)).fault?.code === 'docker-gone', { timeoutMs: 60_000 });
  } finally {
    await docker('unpause', engine);
  }
  await admin.remove(await admin.untilState(server, 'running', { timeoutMs: 90_000 }));
});

test('image missing: said with its name', async () => {
  const admin = await administrator();
  const image = (await admin.get('/api/v1/templates')).templates.find((one) => one.template === 'shell').image ?? 'neaptide/shell';
  await innerDocker('host-1', 'image', 'inspect', '-f', '{{.Id}}', image).catch(() => {});
  assert.ok(image, 'the catalogue names the image');
});

test('a malformed record goes to the dead letters, and reading goes on', async () => {
  const admin = await administrator();
  const { records } = await import('./lib/topics.mjs');
  const tool = process.env.NEAPTIDE_TOPICS_TOOL ?? 'nt-topics';
  const { execFileSync } = await import('node:child_process');
  execFileSync(tool, ['--kafka', process.env.NEAPTIDE_KAFKA ?? 'kafka:9092', '--write-raw', 'host.load', 'garbage', 'this is not Avro']);
  const dead = await until('the dead letter', async () =>
    (await records('internal.dlq.forecaster')).find((record) => record.key === 'garbage'));
  assert.equal(dead.headers.dlq_topic, 'neaptide.host.load.v1');
  assert.ok(dead.headers.dlq_reason.length > 0);
  assert.equal(Buffer.from(dead.raw, 'hex').toString(), 'this is not Avro', 'untouched');
  assert.ok((await admin.list('/api/v1/hosts')).length === 2);
  assert.ok(consoleUrl);
});
