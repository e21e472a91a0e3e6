// Prints what happens to servers, one line an event, as it happens.
//
//     npm install
//     NEAPTIDE_KAFKA=kafka:9092 NEAPTIDE_REGISTRY=http://api:8080/registry node consumer.mjs
import { Kafka, logLevel } from 'kafkajs';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';

const { NEAPTIDE_KAFKA = 'kafka:9092', NEAPTIDE_REGISTRY = 'http://api:8080/registry' } = process.env;

const registry = new SchemaRegistry({ host: NEAPTIDE_REGISTRY });
const kafka = new Kafka({ clientId: 'example', brokers: NEAPTIDE_KAFKA.split(','), logLevel: logLevel.ERROR });
// Members of one group share the work. KafkaJS reads what was committed only, unless told otherwise.
const consumer = kafka.consumer({ groupId: process.env.NEAPTIDE_GROUP ?? 'example-javascript' });

// Delivery is at least once: a record that came before is known by its ce_id. What must survive a
// restart of this program belongs where its results are, in the same transaction.
const known = new Set();
function isNew(id) {
  if (known.has(id)) return false;
  known.add(id);
  if (known.size > 10_000) known.delete(known.values().next().value);
  return true;
}

async function onMessage({ message }) {
  const { ce_id: id, ce_type: type, traceparent } = Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name, value.toString()]),
  );
  if (!isNew(id)) return;
  // The first five bytes name the schema; the registry has it, and it is asked for once.
  const event = await registry.decode(message.value);
  const at = new Date(Number(event.at_ms)).toISOString();
  console.log(`${at} ${event.name} ${event.kind} host=${event.host} owner=${event.owner} type=${type} trace=${traceparent ?? ''}`);
}

await consumer.connect();
await consumer.subscribe({ topics: ['neaptide.server.events.v1'], fromBeginning: true });
await consumer.run({ eachMessage: onMessage });

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await consumer.disconnect(); // leaves the group, so that others take over at once
    process.exit(0);
  });
}
