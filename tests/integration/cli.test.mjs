#!/usr/bin/env node
// The command-line client, typed as people type it, against the whole installation.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';

import { ADMIN, administrator, fresh } from './lib/client.mjs';
import { consoleUrl } from './lib/http.mjs';
import { until } from './lib/until.mjs';

const home = mkdtempSync(`${tmpdir()}/cli-`);
const cli = `${home}/neaptide`;
const env = { ...process.env, HOME: home, NEAPTIDE_URL: consoleUrl.origin, LANG: 'C.UTF-8', TZ: 'UTC' };
const name = fresh('typed');

/** Types a line; what it says and its exit status. */
function type(args, { input = '', more = {} } = {}) {
  return new Promise((resolve) => {
    const child = execFile(cli, args, { env: { ...env, ...more }, timeout: 120_000 }, (error, out, err) =>
      resolve({ status: error ? error.code : 0, out, err }));
    child.stdin.end(input);
  });
}

async function succeeds(...args) {
  const { status, out, err } = await type(args);
  assert.equal(status, 0, `${args.join(' ')}: ${err}`);
  return out;
}

before(async () => {
  await administrator();
  // As somebody gets it who has nothing yet.
  execFileSync('curl', ['-sSf', '-o', cli, `${consoleUrl.origin}/download/neaptide`]);
  chmodSync(cli, 0o755);
});
after(() => rmSync(home, { recursive: true }));

test('signing in', async () => {
  const nobody = await type(['servers']);
  assert.equal(nobody.status, 4, nobody.err);
  const wrong = await type(['login', ADMIN.name], { input: 'not-this\n' });
  assert.notEqual(wrong.status, 0);
  const right = await type(['login', ADMIN.name], { input: `${ADMIN.password}\n` });
  assert.equal(right.status, 0, right.err);
  assert.equal(statSync(`${home}/.config/neaptide/session`).mode & 0o777, 0o600);
  assert.match(await succeeds('me'), new RegExp(ADMIN.name));
});

test('a server from its making to its end', async () => {
  const made = await succeeds('new', 'web', '--name', name);
  assert.match(made, new RegExp(`${name}: Running\nhttp://${name}\\.s\\.`));
  assert.match(await succeeds('servers'), new RegExp(`^${name} +Running`, 'm'));
  assert.match(await succeeds('stats', name), /GRANTED +0\.\d+ CPU, \d+ MB/);
  await succeeds('resize', name, 'medium');
  await succeeds('rename', name, '나의 서버');
  const [server] = JSON.parse(await succeeds('servers', '--json')).filter((each) => each.name === name);
  assert.equal(server.title, '나의 서버');
  const korean = await type(['servers'], { more: { LANG: 'ko_KR.UTF-8' } });
  assert.match(korean.out, new RegExp(`^이름 .*\n(?:.*\n)*${name} +실행 중`, 'm'));
  assert.match(await succeeds('stop', name), /Stopped/);
  assert.match(await succeeds('start', name), /Running/);
  assert.match(await succeeds('events', name), /started on/);
  const asked = await type(['rm', name]); // nobody is there to answer
  assert.equal(asked.status, 1);
  assert.match(asked.err, new RegExp(`${name} will be deleted with all its files`));
  await succeeds('rm', name, '--yes');
  const gone = await type(['stats', name]);
  assert.equal(gone.status, 5);
  assert.match(gone.err, new RegExp(`There is no server ${name}`));
});

test('hosts, plans and what the balancer may do', async () => {
  assert.match(await succeeds('hosts'), /^host-1 +active +open/m);
  assert.match(await succeeds('cordon', 'spare-1'), /spare-1: .*cordoned/);
  assert.match(await succeeds('uncordon', 'spare-1'), /spare-1: .*open/);
  for (const verb of ['tide', 'plans', 'tasks', 'templates', 'users']) assert.ok((await succeeds(verb)).length > 0, verb);
  assert.match(await succeeds('forecast', 'host-1'), /CPU|no forecast yet/); // an installation that is minutes old
  const before = JSON.parse(await succeeds('mode', '--json')).mode;
  assert.equal(await succeeds('mode', before), { off: 'Off\n', suggest: 'Suggest\n', automatic: 'Automatic\n' }[before]);
  const person = fresh('ben');
  assert.match(await succeeds('users', 'add', person, '--cpu', '1', '--memory', '1g', '--servers', '2'), /\/#\//);
  assert.match(await succeeds('users'), new RegExp(`^${person} +Person +0 of 1 CPU, 0 MB of 1 GB, 0 of 2 servers`, 'm'));
});

test('what is wrong has a status of its own', async () => {
  assert.equal((await type(['servrs'])).status, 2);
  assert.equal((await type(['why', '01900000-0000-7000-8000-000000000000'])).status, 5);
  assert.equal((await type(['servers'], { more: { NEAPTIDE_URL: 'http://127.0.0.1:1' } })).status, 7);
  const refused = await type(['new', 'web', '--name', 'X', '--json']);
  assert.equal(refused.status, 1);
  assert.equal(JSON.parse(refused.out).status, 422);
});

/** Runs a follower until its output pleases; ends it. */
async function follow(args, pleases, meanwhile) {
  const child = spawn(cli, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (part) => (text += part));
  const ended = new Promise((resolve) => child.on('close', resolve));
  await meanwhile?.();
  await until(`the output of ${args.join(' ')}`, () => pleases(text), { timeoutMs: 60_000 });
  child.kill('SIGTERM');
  await ended;
}

test('events as they happen: from the api, and from Kafka with schemas of the registry', async () => {
  const told = fresh('tail');
  await follow(['events', 'tail'], (text) => text.includes(`${told} was deleted`), async () => {
    await succeeds('new', 'web', '--name', told, '--no-wait');
    await until('it to run', async () => (await succeeds('servers')).match(new RegExp(`^${told} +Running`, 'm')));
    await succeeds('rm', told, '--yes');
  });
  const kafka = process.env.NEAPTIDE_KAFKA ?? 'kafka:9092';
  await follow(['events', 'tail', '--kafka', kafka, '--from-start'], (text) => text.split('\n').slice(0, -1)
    .map((line) => JSON.parse(line))
    .some(({ value, headers }) => value.name === told && headers.ce_type === 'io.neaptide.server.created.v1'));
  const one = await succeeds('events', 'tail', '--kafka', kafka, '--topic', 'host.state', '--from-start', '--count', '1');
  assert.equal(JSON.parse(one).topic, 'neaptide.host.state.v1');
});

test('the schemas, to a folder and to a registry that takes none', async () => {
  const folder = `${home}/schemas`;
  await succeeds('schemas', 'export', folder);
  const manifest = JSON.parse(readFileSync(new URL('../../schemas/ids.json', import.meta.url), 'utf8'));
  const olderForms = readdirSync(new URL('../../schemas/old', import.meta.url)).length;
  assert.equal(readdirSync(folder).length, manifest.topics.filter((topic) => topic.schema).length + olderForms);
  const refused = await type(['schemas', 'export', `${consoleUrl.origin}/registry`]);
  assert.equal(refused.status, 1);
  assert.match(refused.err, /read-only/);
});

test('signing out', async () => {
  await succeeds('logout');
  assert.equal((await type(['servers'])).status, 4);
});
