#!/usr/bin/env node
// The document of the events, under the parser of those who made the format.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { AvroSchemaParser } from '@asyncapi/avro-schema-parser';
import { Parser } from '@asyncapi/parser';

import { consoleUrl, request } from './lib/http.mjs';

const manifest = JSON.parse(readFileSync(new URL('../../schemas/ids.json', import.meta.url), 'utf8'));
const publicTopics = manifest.topics.filter((topic) => !topic.name.startsWith('neaptide.internal.'));

test('the document is AsyncAPI 3.0 and has every public topic', async () => {
  const answer = await request(new URL('/api/v1/asyncapi.json', consoleUrl));
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'application/json');

  const parser = new Parser();
  parser.registerSchemaParser(AvroSchemaParser());
  const { document, diagnostics } = await parser.parse(answer.text);
  assert.deepEqual(diagnostics.filter(({ severity }) => severity <= 1).map(({ message, path }) => `${path.join('.')}: ${message}`), []);
  assert.equal(document.version(), '3.0.0');

  const addresses = document.channels().all().map((channel) => channel.address());
  assert.deepEqual(addresses.sort(), publicTopics.map((topic) => topic.name).sort());
  for (const topic of publicTopics) {
    const channel = document.channels().get(topic.topic);
    const [message] = channel.messages().all();
    assert.equal(message.headers().properties().ce_dataschema.const(), `urn:neaptide:schema:${topic.id}`);
    assert.equal(channel.bindings().get('kafka').value().partitions, topic.partitions);
    assert.equal(channel.operations().all()[0].action(), 'send');
  }
});
