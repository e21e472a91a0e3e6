// What is in Kafka, decoded: runs nt-topics, which prints one JSON object a record.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const tool = process.env.NEAPTIDE_TOPICS_TOOL ?? 'nt-topics';
const kafka = process.env.NEAPTIDE_KAFKA ?? 'kafka:9092';

/** All records of these topics (their names without "neaptide." and ".v1"), oldest first. */
export async function records(...topics) {
  const { stdout } = await run(tool, ['--kafka', kafka, ...topics], { maxBuffer: 512 << 20, timeout: 60_000 });
  return stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

/** The newest value of each key of a compacted topic, tombstones left out. */
export async function latest(topic) {
  const newest = new Map();
  for (const record of await records(topic)) {
    if (record.value === null) newest.delete(record.key);
    else newest.set(record.key, record.value);
  }
  return newest;
}
