#!/usr/bin/env node
// What the images promise, on the running stack: Kafka, the local hosts, the edge.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { request } from './lib/http.mjs';
import { container, crash, docker, exec, innerDocker, project } from './lib/stack.mjs';
import { until } from './lib/until.mjs';

const hosts = ['host-1', 'spare-1'];
const engineOf = (host) => (host === 'spare-1' ? 'engine-spare-1' : 'engine-1');

/** Text of a file of this machine's control groups, as an engine sees them; v2 and v1 differ in names. */
async function limits(host) {
  const slice = `/${project}/${host}`;
  const shell = `cd /sys/fs/cgroup; if [ -f cgroup.controllers ]; then
    cat .${slice}/cpu.max .${slice}/memory.max
  else
    echo $(cat ./cpu${slice}/cpu.cfs_quota_us) $(cat ./cpu${slice}/cpu.cfs_period_us)
    cat ./memory${slice}/memory.limit_in_bytes
  fi`;
  const [cpu, memory] = (await exec(engineOf(host), 'sh', '-c', shell)).split('\n');
  const [quota, period] = cpu.split(' ').map(Number);
  return { cpuMilli: (1000 * quota) / period, memMb: Number(memory) / 1048576 };
}

/** Runs a container as the provisioner would, minus the labels that would make it ours to manage. */
const runServer = (host, ...command) =>
  innerDocker(host, 'run', '--rm', '--init', '--cap-drop', 'NET_RAW', '--security-opt', 'no-new-privileges',
    '--pids-limit', '256', 'neaptide/shell:latest', ...command);

test('Kafka tells its random cluster id, and makes no topic by itself', async () => {
  const id = await exec('kafka', 'cat', '/var/lib/neaptide/cluster/id');
  assert.match(id, /^[A-Za-z0-9_-]{22}$/);
  assert.equal(await exec('api', 'cat', '/var/lib/neaptide/cluster/id'), id);
  await assert.rejects(exec('kafka', 'kcat', '-b', 'kafka:9092', '-C', '-e', '-t', 'misspelt'), /Unknown topic/);
  assert.doesNotMatch(await exec('kafka', 'kcat', '-b', 'kafka:9092', '-L'), /misspelt/);
});

test('each local host has the limits of its slice', async () => {
  for (const host of hosts) {
    assert.deepEqual(await limits(host), {
      cpuMilli: Number(process.env.NEAPTIDE_HOST_CPU_MILLI),
      memMb: Number(process.env.NEAPTIDE_HOST_MEM_MB),
    });
  }
});

test('each engine has the template images, under the names of the index', async () => {
  const index = JSON.parse(await exec('engine-1', 'cat', '/var/lib/neaptide/images/index.json'));
  assert.deepEqual(Object.keys(index).sort(), ['files', 'shell', 'web']);
  for (const host of hosts) {
    for (const { id, image } of Object.values(index)) {
      await until(`${image} on ${host}`, async () =>
        (await innerDocker(host, 'image', 'inspect', '-f', '{{.Id}}', image)) === id);
    }
  }
});

test('a server reaches neither its host nor the control network', async () => {
  const own = await exec('host-1', 'hostname', '-i');
  const kafka = (await exec('host-1', 'getent', 'hosts', 'kafka')).split(' ')[0];
  const gateway = "$(ip route | awk '/^default/ {print $3}')";
  const dials = [`${kafka}/9092`, `${own}/8084`, `${gateway}/8084`].map((peer) =>
    `timeout 3 bash -c "exec 3<>/dev/tcp/${peer}" 2>/dev/null && echo reached ${peer}`);
  const said = await runServer('host-1', 'bash', '-c', [...dials, 'true'].join('; '));
  assert.equal(said, '');
  // The same question from the host itself is answered, so the silence above means something.
  await exec('host-1', 'bash', '-c', `exec 3<>/dev/tcp/${kafka}/9092`);
  await exec('host-1', 'bash', '-c', `exec 3<>/dev/tcp/${own}/8084`);
});

test('an engine that dies comes back alone, and ends what it left running', async () => {
  const before = await exec('host-1', 'cat', '/proc/1/stat');
  await innerDocker('spare-1', 'run', '-d', '--name', 'left-over', '--init', 'neaptide/shell:latest', 'sleep', '1234567');
  await crash('engine-spare-1');
  await until('the engine to answer', async () => {
    const state = await innerDocker('spare-1', 'inspect', '-f', '{{.State.Status}}', 'left-over').catch(() => '');
    return state === 'exited';
  }, { timeoutMs: 60_000 });
  assert.doesNotMatch(await exec('spare-1', 'ps', '-ef'), /sleep 1234567/);
  assert.equal((await exec('host-1', 'cat', '/proc/1/stat')).split(' ')[21], before.split(' ')[21]);
  await innerDocker('spare-1', 'rm', '-f', 'left-over');
  await until('the engine to be healthy', async () =>
    (await docker('inspect', '-f', '{{.State.Health.Status}}', await container('engine-spare-1'))) === 'healthy',
  { timeoutMs: 60_000 });
});

test('a local host whose sleeping container dies comes back whole', async () => {
  await crash('spare-1');
  for (const service of ['engine-spare-1', 'provisioner-spare-1', 'collector-spare-1']) {
    await until(`${service} to be healthy`, async () =>
      (await docker('inspect', '-f', '{{.State.Health.Status}}', await container(service))) === 'healthy',
    { timeoutMs: 60_000 });
  }
});

test('an unknown address gets a page in both languages', async () => {
  const port = process.env.NEAPTIDE_HTTP_PORT;
  const answer = await request(new URL(`http://nobody.s.localhost:${port}/`));
  assert.equal(answer.status, 404);
  assert.match(answer.text, /lang="ko"/);
  assert.match(answer.text, /lang="en"/);
  const bare = await request(new URL(`http://localhost:${port}/`));
  assert.equal(bare.status, 302);
});
