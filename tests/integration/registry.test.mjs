#!/usr/bin/env node
// The registry under the clients that third parties have: Confluent's own and that of KafkaJS.
import assert from 'node:assert/strict';
import dns from 'node:dns';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import confluent from '@confluentinc/schemaregistry';
import kafkajs from '@kafkajs/confluent-schema-registry';

import { consoleUrl } from './lib/http.mjs';

const host = new URL('/registry', consoleUrl).href;
const manifest = JSON.parse(readFileSync(new URL('../../schemas/ids.json', import.meta.url), 'utf8'));
const topics = manifest.topics.filter((topic) => topic.schema);
const textOf = (topic) => readFileSync(new URL(`../../schemas/${topic.schema}.avsc`, import.meta.url), 'utf8');
const { id, name } = topics.find((topic) => topic.topic === 'server-events');
const subject = `${name}-value`;
const ours = JSON.parse(textOf(topics.find((topic) => topic.id === id)));
const event = { server: 's1', name: 'web-1', owner: 'ann', kind: 'started', host: 'host-1', at_ms: 1793588400000 };

// What passes connections on to the edge listens on 127.0.0.1 alone.
dns.setDefaultResultOrder('ipv4first');

/** A value of the schema: the event, and of the fields that it has not, what is empty. */
function fill(schema, value = {}) {
  const empty = { string: '', long: 0, int: 0, double: 0, boolean: false, map: {}, array: [] };
  return Object.fromEntries(schema.fields.map((field) => {
    if (field.name in value) return [field.name, value[field.name]];
    if (Array.isArray(field.type)) return [field.name, null];
    return [field.name, empty[field.type.type ?? field.type]];
  }));
}

test('Confluent: every schema by its id, by its subject and by itself', async () => {
  const client = new confluent.SchemaRegistryClient({ baseURLs: [host] });
  const subjects = await client.getAllSubjects();
  assert.deepEqual(subjects.sort(), topics.map((topic) => `${topic.name}-value`).sort());
  for (const topic of topics) {
    const of = `${topic.name}-value`;
    const found = await client.getBySubjectAndId(of, topic.id);
    assert.deepEqual(JSON.parse(found.schema), JSON.parse(textOf(topic)), topic.name);
    const latest = await client.getLatestSchemaMetadata(of);
    assert.equal(latest.id, topic.id);
    assert.equal(await client.getId(of, { schema: textOf(topic), schemaType: 'AVRO' }), topic.id);
    assert.equal(await client.register(of, { schema: textOf(topic), schemaType: 'AVRO' }), topic.id);
    assert.deepEqual(await client.getAllVersions(of), Array.from({ length: latest.version }, (_, older) => older + 1));
  }
});

test('Confluent: a serializer writes with our id, and a deserializer reads it', async () => {
  const client = new confluent.SchemaRegistryClient({ baseURLs: [host] });
  const { AvroSerializer, AvroDeserializer, SerdeType } = confluent;
  const writer = new AvroSerializer(client, SerdeType.VALUE, { autoRegisterSchemas: false, useLatestVersion: true });
  const bytes = await writer.serialize(name, fill(ours, event));
  assert.equal(bytes[0], 0);
  assert.equal(bytes.readInt32BE(1), id);
  const reader = new AvroDeserializer(client, SerdeType.VALUE, {});
  const read = await reader.deserialize(name, bytes);
  assert.equal(read.name, 'web-1');
  assert.equal(read.kind, 'started');
});

test('Confluent: what is not known, and what may not be changed', async () => {
  const client = new confluent.SchemaRegistryClient({ baseURLs: [host] });
  const refused = (errorCode) => (error) => error.errorCode === errorCode;
  const stranger = { schema: '"string"', schemaType: 'AVRO' };
  await assert.rejects(client.getBySubjectAndId('', 7), refused(40403));
  await assert.rejects(client.getLatestSchemaMetadata('mine-value'), refused(40401));
  await assert.rejects(client.getSchemaMetadata(subject, 99), refused(40402));
  await assert.rejects(client.getId(subject, stranger), refused(40403));
  await assert.rejects(client.register(subject, stranger), refused(42205));
  await assert.rejects(client.deleteSubject(subject), refused(42205));
  assert.equal(await client.getDefaultCompatibility(), 'FULL_TRANSITIVE');
  assert.equal(await client.getCompatibility(subject), 'FULL_TRANSITIVE');
});

test('KafkaJS: finds, writes, reads; refuses strangers', async () => {
  const client = new kafkajs.SchemaRegistry({ host, retry: { retries: 0 } });
  assert.equal(await client.getLatestSchemaId(subject), id);
  assert.equal(await client.getRegistryId(subject, 1), id);
  const schema = { type: kafkajs.SchemaType.AVRO, schema: JSON.stringify(ours) };
  assert.equal(await client.getRegistryIdBySchema(subject, schema), id);
  assert.equal((await client.register(schema, { subject, compatibility: 'FULL_TRANSITIVE' })).id, id);
  const bytes = await client.encode(id, fill(ours, event));
  assert.equal((await client.decode(bytes)).kind, 'started');
  const stranger = { type: kafkajs.SchemaType.AVRO, schema: '{"type":"record","name":"A","fields":[]}' };
  await assert.rejects(client.getSchema(7), /Schema 7 not found/);
  await assert.rejects(client.getLatestSchemaId('mine-value'), /mine-value/);
  await assert.rejects(client.register(stranger, { subject, compatibility: 'FULL_TRANSITIVE' }), /read-only/);
});
