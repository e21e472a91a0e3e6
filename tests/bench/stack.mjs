#!/usr/bin/env node
// Figures of a running stack, for docs/benchmarks.md: request to Running beside `docker run` of the
// same image on the same engine, the pause of a move, the delay from a sample to the page, and what
// each service holds in memory. Prints Markdown. Run it with ./neaptide test bench.
import { randomUUID } from 'node:crypto';

import { administrator } from '../integration/lib/client.mjs';
import { request, serverUrl } from '../integration/lib/http.mjs';
import { exec, innerDocker, serverContainers } from '../integration/lib/stack.mjs';
import { records } from '../integration/lib/topics.mjs';
import { sleep, until } from '../integration/lib/until.mjs';

const RUNS = 7;

function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return { min: sorted[0], median: sorted[Math.floor(sorted.length / 2)], max: sorted.at(-1) };
}

const row = (what, values, unit) => {
  const { min, median, max } = spread(values);
  console.log(`| ${what} | ${median} | ${min} to ${max} | ${unit} |`);
};

async function timed(work) {
  const begin = performance.now();
  await work();
  return Math.round(performance.now() - begin);
}

/** Until the page would show it: a server-sent event that says running. */
async function requestToRunning(admin, name) {
  const stop = new AbortController();
  const begin = performance.now();
  const seen = (async () => {
    for await (const event of admin.events(stop.signal)) {
      const text = JSON.stringify(event.data);
      if (text.includes(`"${name}"`) && text.includes('"state":"running"')) return Math.round(performance.now() - begin);
    }
    return null;
  })();
  const server = await admin.create({ name, template: 'web', size: 'small' });
  const ms = await seen;
  stop.abort();
  return { server, ms };
}

async function creation(admin) {
  const ours = [];
  const plain = [];
  let imageName = '';
  for (let run = 0; run < RUNS; run += 1) {
    const { server, ms } = await requestToRunning(admin, `bench-${randomUUID().slice(0, 8)}`);
    ours.push(ms);
    const copy = (await serverContainers()).find((one) => one.server === server.server);
    imageName = await innerDocker(copy.host, 'inspect', '-f', '{{.Config.Image}}', copy.id);
    const name = `plain-${run}`;
    plain.push(await timed(() => innerDocker(copy.host, 'run', '-d', '--init', '-p', '80', '--cpus', '0.5', '--memory', '512m', '--name', name, imageName)));
    await innerDocker(copy.host, 'rm', '-f', name);
    await admin.remove(server);
  }
  row('create: request to Running on the page', ours, 'ms');
  row(`\`docker run\` of ${imageName.split(':')[0]} (with \`docker exec\`'s own start)`, plain, 'ms');
}

async function pauses(admin) {
  const server = await admin.untilState(await admin.create({ name: 'bench-move', template: 'web', size: 'small' }), 'running');
  await until('its page', async () => (await request(serverUrl('bench-move'))).status === 200);
  const longest = [];
  const failed = [];
  for (let run = 0; run < RUNS; run += 1) {
    const { host } = await admin.server(server.server);
    const target = host === 'host-1' ? 'spare-1' : 'host-1';
    let isOver = false;
    let worst = 0;
    const calls = [];
    const client = (async () => {
      while (!isOver) {
        const begin = performance.now();
        calls.push(request(serverUrl('bench-move'), { timeoutMs: 25_000 }).then(
          (answer) => {
            worst = Math.max(worst, performance.now() - begin);
            if (answer.status !== 200) failed.push(answer.status);
          },
          (error) => failed.push(error.message),
        ));
        await sleep(20);
      }
    })();
    await admin.act(server, 'move', { host: target });
    await until('the move', async () => {
      const now = await admin.server(server.server);
      return now.host === target && !now.move;
    });
    isOver = true;
    await client;
    await Promise.all(calls);
    longest.push(Math.round(worst));
  }
  const done = (await records('move.events')).map((one) => one.value).filter((one) => one.server === server.server && one.phase === 'done');
  row('move: stop to answering again, as the provisioners measured', done.map((one) => one.pause_ms), 'ms');
  row('move: longest wait of a client at 50 requests a second', longest, 'ms');
  console.log(`| move: failed requests in ${RUNS} moves | ${failed.length} | | |`);
  await admin.remove(server);
}

async function sampleToPage(admin) {
  const stop = new AbortController();
  const delays = [];
  for await (const event of admin.events(stop.signal)) {
    if (event.event !== 'loads') continue;
    for (const at of JSON.stringify(event.data).matchAll(/"at_ms":(\d+)/g)) delays.push(Date.now() - Number(at[1]));
    if (delays.length >= 20) break;
  }
  stop.abort();
  row('sample to page: end of the interval to the event at the client', delays, 'ms');
}

async function memory() {
  for (const [service, port] of [['api', 8080], ['balancer', 8082], ['forecaster', 8083], ['provisioner-1', 8084], ['collector-1', 8085]]) {
    const page = await exec(service, 'curl', '-fsS', `http://127.0.0.1:${port}/metrics`);
    const bytes = Number(/^process_resident_memory_bytes (\S+)/m.exec(page)[1]);
    console.log(`| resident memory of ${service} | ${(bytes / 2 ** 20).toFixed(1)} | | MiB |`);
  }
}

const admin = await administrator();
console.log('| what | median | range | unit |\n|---|---|---|---|');
await creation(admin);
await pauses(admin);
await sampleToPage(admin);
await memory();
process.exit(0);
