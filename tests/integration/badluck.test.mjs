#!/usr/bin/env node
// Bad input and bad luck: each gets a problem+json with a sentence and a next step, in the language
// asked for, and nothing is lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Client, administrator, fresh } from './lib/client.mjs';
import { consoleUrl } from './lib/http.mjs';
import { container, docker, innerDocker, project } from './lib/stack.mjs';
import { until } from './lib/until.mjs';

/**
 * The answer must be this problem, complete, in Korean and in English: the language of the session, or
 * what Accept-Language says where there is none.
 */
async function assertProblem(code, status, ask, client = null, languages = ['ko', 'en']) {
  for (const language of languages) {
    if (client) await client.call('PATCH', '/api/v1/session', { body: { language } });
    const answer = await until(`the decision on ${code}`, async () => {
      const now = await ask({ 'Accept-Language': language });
      return now.status === 202 ? null : now;
    });
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
  await assertProblem('template-unknown', 422, create(admin, { ...good, template: 'nothing' }), admin);
  await assertProblem('size-unknown', 422, create(admin, { ...good, size: 'colossal' }), admin);
  await assertProblem('name-invalid', 422, create(admin, { ...good, name: '서버' }), admin);
  await assertProblem('invalid-request', 422, create(admin, { ...good, name: '서버', size: 'colossal' }), admin);
  await assertProblem('body-not-json', 400, create(admin, '{"name": '), admin);
  await assertProblem('body-not-json', 400, create(admin, '{"name": "a1", "name": "a2"}'), admin);
  await assertProblem('body-not-utf8', 400, create(admin, Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])), admin);
  await assertProblem('body-too-large', 413, create(admin, `{"name": "${'x'.repeat(3 << 20)}"}`), admin);
  await assertProblem('cross-origin', 403, create(admin, good, { Origin: 'http://bad-1.s.localhost' }), admin);
  await assertProblem('not-found', 404, (headers) => admin.send('GET', `${servers}/018bcfe5-6800-7000-8000-000000000000`, { headers }), admin);
  await assertProblem('sign-in-needed', 401, (headers) => new Client().send('GET', servers, { headers }));
  await assertProblem('sign-in-failed', 401, (headers) =>
    new Client().send('POST', '/api/v1/session', { body: { name: 'admin', password: 'wrong-password' }, headers }));
  await assertProblem('session-expired', 401, (headers) =>
    new Client().send('GET', servers, { headers: { ...headers, Cookie: `${admin.cookieName}=${'A'.repeat(43)}` } }));
  await assertProblem('cursor-wrong', 400, (headers) => admin.send('GET', `${servers}?after=nonsense`, { headers }), admin);
  await assertProblem('setup-done', 409, (headers) =>
    admin.send('POST', '/api/v1/setup', { body: { token: 'x'.repeat(32), name: 'second', password: 'long-enough-1', language: 'en' }, headers }), admin);
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
  await assertProblem('quota-cpu', 422, ask, student);
  const problem = (await ask({})).json();
  assert.ok(problem.params.limit_milli === '1500' && problem.params.left_milli === '1500', JSON.stringify(problem.params));

  const mine = await student.create({ name: fresh('mine-1'), size: 'small' });
  assert.equal((await admin.server(mine.server)).server, mine.server, 'an administrator sees all');
  const stranger = await admin.create({ name: fresh('notyours-1'), size: 'small' });
  await assertProblem('not-found', 404, (headers) => student.send('GET', `${servers}/${stranger.server}`, { headers }), student);
  await assertProblem('administrator-only', 403, (headers) => student.send('GET', '/api/v1/tide', { headers }), student);
  await student.remove(mine);
  await admin.remove(stranger);
});

test('If-Match refuses what was changed meanwhile', async () => {
  const admin = await administrator();
  const server = await admin.untilState(await admin.create({ name: fresh('match-1') }), 'running');
  const stale = { 'If-Match': '"1"' };
  await admin.mutate('PATCH', `${servers}/${server.server}`, { title: 'first' });
  await assertProblem('revision-changed', 412, (headers) =>
    admin.send('PATCH', `${servers}/${server.server}`, { body: { title: 'second' }, headers: { ...headers, ...stale } }), admin);
  await admin.remove(server);
});

test('Kafka down: reads go on, writes get 503 and a sentence', async () => {
  const admin = await administrator();
  const kafka = await container('kafka');
  await admin.call('PATCH', '/api/v1/session', { body: { language: 'ko' } }); // cannot be changed below
  await docker('pause', kafka);
  try {
    await until('the api to notice', async () =>
      (await admin.send('POST', servers, { body: { name: 'later-1', template: 'web', size: 'small' } })).json().code === 'kafka-down', { timeoutMs: 40_000 });
    await assertProblem('kafka-down', 503, create(admin, { name: 'later-1', template: 'web', size: 'small' }), null, ['ko']);
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
  await docker('kill', engine); // stays down: it was asked for
  let server;
  try {
    server = await admin.create({ name: fresh('gone-1') });
    await until('the fault to be said', async () => (await admin.server(server.server)).fault?.code === 'docker-gone', { timeoutMs: 60_000 });
  } finally {
    await docker('start', engine);
  }
  await admin.remove(await admin.untilState(server, 'running', { timeoutMs: 90_000 }));
});

/** Takes the archives of the template images away, and gives back what puts them there again. */
async function hideArchives() {
  const move = (from, to) => docker('run', '--rm', '--network', 'none', '-v', `${project}_images:/images`, 'neaptide/base',
    'sh', '-c', `cd /images && for file in *${from}; do mv "$file" "\${file%${from}}${to}"; done`);
  await move('.tar', '.tar.hidden');
  return () => move('.tar.hidden', '.tar');
}

test('image missing: said with its name, and mended when its archive is there again', async () => {
  const admin = await administrator();
  const restore = await hideArchives();
  const ids = (await innerDocker('host-1', 'images', '-q', '--no-trunc', 'neaptide/shell')).split('\n').filter(Boolean);
  for (const id of new Set(ids)) await innerDocker('host-1', 'rmi', '-f', id);
  let server;
  try {
    server = await admin.create({ name: fresh('shell'), template: 'shell' });
    const fault = await until('the fault to be said', async () => (await admin.server(server.server)).fault, { timeoutMs: 60_000 });
    assert.equal(fault.code, 'image-missing');
    assert.match(JSON.stringify(fault), /neaptide\/shell/);
  } finally {
    await restore();
  }
  const running = await admin.untilState(server, 'running', { timeoutMs: 90_000 });
  assert.match(running.address.ssh.command, /^ssh -p \d+ /);
  await admin.remove(running);
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
