#!/usr/bin/env node
// Third parties: every public record is a CloudEvent, and the programs of docs/consumers tell what happens.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Kafka, logLevel } from 'kafkajs';

import { administrator, fresh } from './lib/client.mjs';
import { until } from './lib/until.mjs';

const broker = process.env.NEAPTIDE_KAFKA ?? 'kafka:9092';
const registry = process.env.NEAPTIDE_REGISTRY ?? 'http://api:8080/registry';
const root = new URL('../../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('schemas/ids.json', root), 'utf8'));
const publicTopics = manifest.topics.filter((topic) => !topic.name.startsWith('neaptide.internal.'));

const trace = randomBytes(16).toString('hex');
const name = fresh('told');

before(async () => {
  const admin = await administrator();
  const headers = { traceparent: `00-${trace}-${randomBytes(8).toString('hex')}-01` };
  const { server } = await admin.mutate('POST', '/api/v1/servers', { name, template: 'web', size: 'small' }, { headers });
  await admin.untilState(server, 'running');
  await admin.remove(server);
});

/** What is wrong with a record's headers; empty: nothing. */
function faults(topic, message) {
  const headers = Object.fromEntries(Object.entries(message.headers ?? {}).map(([key, value]) => [key, String(value)]));
  const happened = topic.name.replace(/^neaptide\.(.*)\.v1$/, '$1').replace(/\.events$/, '.[a-z-]+');
  const expected = {
    ce_specversion: /^1\.0$/,
    ce_id: /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    ce_type: new RegExp(`^io\\.neaptide\\.${happened}\\.v1$`),
    ce_source: new RegExp(`^/neaptide/${topic.writer}/[^/]+$`),
    ce_subject: /./,
    ce_time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
    ce_dataschema: new RegExp(`^urn:neaptide:schema:${topic.id}$`),
    'content-type': /^application\/avro$/,
  };
  return Object.entries(expected)
    .filter(([key, pattern]) => !pattern.test(headers[key] ?? ''))
    .map(([key]) => `${topic.name}: ${key} is ${headers[key]}`);
}

test('every public record is a CloudEvent 1.0 in binary mode, and the trace goes through', async () => {
  const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.ERROR });
  const consumer = kafka.consumer({ groupId: randomUUID() });
  const counts = new Map();
  const wrong = new Set();
  const told = [];
  await consumer.connect();
  await consumer.subscribe({ topics: publicTopics.map((topic) => topic.name), fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ topic, message }) => {
      if (message.key?.toString() === 'garbage') return; // written by hand, to see what becomes of it
      counts.set(topic, (counts.get(topic) ?? 0) + 1);
      for (const fault of faults(publicTopics.find((known) => known.name === topic), message)) wrong.add(fault);
      if (message.value?.includes(name)) told.push(`${topic} ${message.headers.traceparent}`);
    },
  });
  const needed = ['neaptide.host.state.v1', 'neaptide.host.load.v1', 'neaptide.server.state.v1', 'neaptide.server.events.v1'];
  await until('records of each kind', () => needed.every((topic) => counts.get(topic) > 0), { timeoutMs: 60_000 });
  for (const topic of ['neaptide.server.state.v1', 'neaptide.server.events.v1']) {
    await until(`the trace in ${topic}`, () => told.some((line) => line.startsWith(`${topic} 00-${trace}-`)));
  }
  await consumer.disconnect();
  assert.deepEqual([...wrong], []);
});

/** Runs a program until it has told of our server; gives its lines. */
async function listen(command, args, options) {
  const child = spawn(command, args, {
    ...options,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NEAPTIDE_KAFKA: broker, NEAPTIDE_REGISTRY: registry, NEAPTIDE_GROUP: randomUUID() },
  });
  let text = '';
  child.stdout.on('data', (part) => (text += part));
  const ended = new Promise((resolve) => child.on('close', resolve));
  await until('the deletion to be told', () => text.includes(`${name} deleted`), { timeoutMs: 60_000 });
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
  return text.split('\n').filter((line) => line.includes(` ${name} `));
}

function check(lines) {
  const kinds = lines.map((line) => line.split(' ')[2]);
  assert.deepEqual(kinds.filter((kind) => ['created', 'started', 'deleted'].includes(kind)), ['created', 'started', 'deleted']);
  assert.match(lines[0], new RegExp(`^20\\S+Z ${name} created host=\\S* owner=\\S+ type=io\\.neaptide\\.server\\.created\\.v1 trace=00-${trace}-`));
}

// The programs find their modules upwards from where they are, so the example is copied beside ours.
const folder = mkdtempSync(fileURLToPath(new URL('.consumer-', import.meta.url)));
const built = mkdtempSync(`${tmpdir()}/consumer-`);
after(() => [folder, built].forEach((path) => rmSync(path, { recursive: true })));

test('the consumer in JavaScript', async () => {
  cpSync(new URL('docs/consumers/javascript', root), folder, { recursive: true });
  check(await listen('node', ['consumer.mjs'], { cwd: folder }));
});

test('the consumer in C', async () => {
  const source = fileURLToPath(new URL('docs/consumers/c/consumer.c', root));
  execFileSync('sh', ['-c', `cc -Wall -Wextra -Werror -o ${built}/consumer ${source} $(pkg-config --cflags --libs rdkafka avro-c libcurl jansson)`]);
  check(await listen(`${built}/consumer`, []));
});
