#!/usr/bin/env node
// What is inside a server (terminal, logs, files), asked of its provisioner as the api asks; and what a
// server can reach of the outside, tried from inside.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { after, before, test } from 'node:test';

import { administrator, fresh } from './lib/client.mjs';
import { exec, innerDocker, serverContainers } from './lib/stack.mjs';
import { until } from './lib/until.mjs';

let admin, server, key, address, container;

before(async () => {
  admin = await administrator();
  server = await admin.create({ name: fresh('inside'), template: 'shell', size: 'small' });
  server = await admin.untilState(server, 'running');
  key = Buffer.from(await exec('provisioner-1', 'cat', '/var/lib/neaptide/secrets/key'), 'hex');
  address = (await exec('host-1', 'hostname', '-i')).split(' ')[0];
  container = (await serverContainers()).find((row) => row.server === server.server);
});

after(() => server && admin.remove(server));

/** As nt_token_make() does it. */
function token(operation) {
  const expiry = String(Date.now() + 30_000);
  const mac = createHmac('sha256', key);
  for (const part of ['neaptide-token-1', 'host-1', server.server, operation, expiry]) mac.update(`${part}\0`);
  return `${expiry}.${mac.digest('hex')}`;
}

const ask = (operation, method, path, { body, headers = {} } = {}) =>
  new Promise((resolve, reject) => {
    const call = request({
      host: address, port: 8084, method, path: `/v1/servers/${server.server}/${path}`,
      headers: { Authorization: `Bearer ${token(operation)}`, ...headers },
    });
    call.on('error', reject);
    call.on('upgrade', (answer, socket, head) => {
      if (head.length > 0) socket.unshift(head); // frames that came with the 101
      resolve({ status: answer.statusCode, socket });
    });
    call.on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece) => { text += piece; });
      answer.on('end', () => resolve({ status: answer.statusCode, text, headers: answer.headers }));
    });
    call.end(body);
  });

test('a terminal is a shell inside', async () => {
  const { status, socket } = await ask('terminal', 'GET', 'terminal?cols=100&rows=30', {
    headers: { Connection: 'Upgrade', Upgrade: 'neaptide-frames' },
  });
  assert.equal(status, 101);
  let bytes = Buffer.alloc(0);
  let output = '';
  let end = null;
  socket.on('data', (piece) => {
    bytes = Buffer.concat([bytes, piece]);
    while (bytes.length >= 5 && bytes.length >= 5 + bytes.readUInt32BE(1)) {
      const payload = bytes.subarray(5, 5 + bytes.readUInt32BE(1));
      if (bytes[0] === 18) output += payload.toString();
      if (bytes[0] === 19) end = JSON.parse(payload);
      bytes = bytes.subarray(5 + payload.length);
    }
  });
  const type = (text) => {
    const payload = Buffer.from(text);
    const head = Buffer.alloc(5);
    head[0] = 1;
    head.writeUInt32BE(payload.length, 1);
    socket.write(Buffer.concat([head, payload]));
  };
  await until('the prompt', () => /[#$] $/.test(output));
  type('stty size; hostname; pwd; cat /proc/1/comm; exit 3\r');
  await until('the end', () => end);
  assert.deepEqual(end, { reason: 'exited', exit_code: 3 });
  assert.match(output, /30 100\r\n/);
  assert.match(output, new RegExp(`${server.name}\r\n/root\r\n`));
});

test('its output can be read', async () => {
  await innerDocker('host-1', 'exec', container.id, 'sh', '-c', 'echo 하나 >/proc/1/fd/1; echo two >/proc/1/fd/2');
  const text = await until('both lines', async () => {
    const { status, text } = await ask('logs', 'GET', 'logs?tail=100');
    assert.equal(status, 200);
    return text.includes('two') && text;
  });
  assert.match(text, /^\n(\d{4}-\d\d-\d\dT\S+Z [oe] .*\n)*$/);
  assert.match(text, /^\S+Z o 하나$/m);
  assert.match(text, /^\S+Z e two$/m);
});

test('its files can be read and written, and no link leads out of it', async () => {
  const path = (what, file) => `${what}?path=${encodeURIComponent(file)}`;
  const put = await ask('files-write', 'PUT', path('file', '/root/메모.txt'), { body: '안녕\n' });
  assert.equal(put.status, 200, put.text);
  assert.equal(await innerDocker('host-1', 'exec', container.id, 'cat', '/root/메모.txt'), '안녕');
  const list = JSON.parse((await ask('files-read', 'GET', path('files', '/root'))).text);
  assert.ok(list.entries.some((entry) => entry.name === '메모.txt' && entry.kind === 'file' && entry.size === 7));
  const got = await ask('files-read', 'GET', path('file', '/root/메모.txt'));
  assert.equal(got.text, '안녕\n');
  assert.equal(got.headers.etag, JSON.parse(put.text).etag);

  await innerDocker('host-1', 'exec', container.id, 'sh', '-c',
    'ln -s /etc/hostname /root/in; ln -s ../../../../../../var/lib/neaptide/secrets/key /root/out; ln -s /proc/1/root /root/magic');
  assert.equal((await ask('files-read', 'GET', path('file', '/root/in'))).text, `${server.name}\n`);
  for (const [file, code] of [['/root/out', 'file-not-found'], ['/root/magic/etc/passwd', 'file-forbidden'],
    ['/proc/1/environ', 'file-forbidden'], ['/sys/kernel', 'file-forbidden']]) {
    assert.equal(JSON.parse((await ask('files-read', 'GET', path('file', file))).text).code, code, file);
  }
  const tar = await ask('files-read', 'GET', path('archive', '/root/메모.txt'));
  assert.equal(tar.status, 200);
  assert.match(tar.text, /안녕\n/);
});

test('a server reaches no service of ours, and nobody else\'s server', async () => {
  const inner = (...args) => innerDocker('host-1', ...args);
  const other = fresh('other');
  await inner('network', 'create', other);
  try {
    await inner('run', '-d', '--rm', '--init', '--name', other, '--network', other, '-p', '40999:80', 'neaptide/shell:latest',
      'python3', '-m', 'http.server', '80');
    const ip = await inner('inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.Gateway}}{{end}}', other);
    const [theirs, theirGateway] = ip.split(' ');
    const gateway = await inner('exec', container.id, 'sh', '-c', "ip route | awk '/^default/ {print $3}'");
    const find = async (name) => (await exec('host-1', 'getent', 'hosts', name)).split(' ')[0];
    const spare = (await exec('spare-1', 'hostname', '-i')).split(' ')[0];
    const peers = [
      `${await find('kafka')}/9092`, `${await find('redis')}/6379`, `${await find('api')}/8080`, `${await find('balancer')}/8082`,
      `${address}/8084`, `${address}/8085`, `${spare}/8084`, `${gateway}/8084`, `${gateway}/40999`, `${address}/40999`,
      `${theirs}/80`, `${theirGateway}/8084`, `${theirGateway}/40999`,
    ];
    await until('the other server to answer', () =>
      exec('host-1', 'bash', '-c', `exec 3<>/dev/tcp/${theirs}/80`).then(() => true));
    const dials = peers.map((peer) => `(timeout 2 bash -c "exec 3<>/dev/tcp/${peer}" 2>/dev/null && echo reached ${peer}) &`);
    assert.equal(await inner('exec', container.id, 'bash', '-c', `${dials.join(' ')} wait`), '');
    // The same from the host is answered, so the silence above means something.
    for (const peer of peers.slice(0, 6)) await exec('host-1', 'bash', '-c', `exec 3<>/dev/tcp/${peer}`);
  } finally {
    await inner('rm', '-f', other).catch(() => {});
    await inner('network', 'rm', other).catch(() => {});
  }
});

test('a server has no more rights than it needs', async () => {
  const inside = (...command) => innerDocker('host-1', 'exec', container.id, ...command);
  const status = await inside('cat', '/proc/1/status');
  const caps = BigInt(`0x${/^CapBnd:\s*(\S+)/m.exec(status)[1]}`);
  for (const [name, bit] of [['NET_RAW', 13n], ['NET_ADMIN', 12n], ['SYS_ADMIN', 21n], ['SYS_PTRACE', 19n], ['SYS_MODULE', 16n]])
    assert.equal((caps >> bit) & 1n, 0n, name);
  assert.match(status, /^NoNewPrivs:\s*1$/m);
  const host = JSON.parse(await innerDocker('host-1', 'inspect', '-f', '{{json .HostConfig}}', container.id));
  assert.equal(host.Privileged, false);
  assert.equal(host.PidsLimit, 4096);
  assert.equal(host.Binds, null);
  assert.deepEqual(host.LogConfig, { Type: 'json-file', Config: { 'max-file': '3', 'max-size': '10m' } });
});
