#!/usr/bin/env node
// A client during a move: 50 requests a second through the edge, none fails; and what the server had
// written is there afterwards, at the same address.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { administrator, fresh } from './lib/client.mjs';
import { request, serverUrl } from './lib/http.mjs';
import { innerDocker, serverContainers } from './lib/stack.mjs';
import { records } from './lib/topics.mjs';
import { sleep, until } from './lib/until.mjs';

/** Writes, overwrites and deletes inside the container, in its writable layer and its volume. */
const BEFORE = `set -e
mkdir -p /etc/neaptide-test/deep; echo kept > /etc/neaptide-test/deep/kept; chmod 640 /etc/neaptide-test/deep/kept
ln /etc/neaptide-test/deep/kept /etc/neaptide-test/twin; ln -s deep/kept /etc/neaptide-test/link
rm -f /etc/issue.net; echo changed > /etc/motd
dd if=/dev/urandom of=/var/tmp/blob bs=1M count=4 2>/dev/null
for d in /data /srv /var/www /home; do [ -d $d ] && mkdir -p $d/neaptide-test && echo "in a volume" > $d/neaptide-test/file; done; true`;

const LOOK = `cd /; for f in etc/neaptide-test/deep/kept etc/neaptide-test/twin etc/motd var/tmp/blob; do sha256sum $f; stat -c '%a %U %h' $f; done
readlink etc/neaptide-test/link; ls etc/issue.net 2>/dev/null; find data srv var/www home -name file -path '*neaptide-test*' 2>/dev/null | sort`;

/** The newest running copy and its host. */
async function runningCopy(server) {
  const rows = (await serverContainers()).filter((row) => row.server === server.server && row.state === 'running');
  assert.equal(rows.length, 1, `exactly one running copy: ${JSON.stringify(rows)}`);
  return rows[0];
}

test('a steady client notices nothing of a move, and no file is lost', async () => {
  const admin = await administrator();
  const name = fresh('mover');
  let server = await admin.create({ name, template: 'web', size: 'small' });
  server = await admin.untilState(server, 'running');
  await until('its page', async () => (await request(serverUrl(name))).status === 200);
  const source = await runningCopy(server);
  await innerDocker(source.host, 'exec', '-u', '0', source.id, 'sh', '-c', BEFORE);
  const before = await innerDocker(source.host, 'exec', source.id, 'sh', '-c', LOOK);

  const waits = [];
  const failures = [];
  let isOver = false;
  const calls = [];
  const steady = (async () => {
    while (!isOver) {
      const begin = Date.now();
      calls.push(
        request(serverUrl(name), { timeoutMs: 25_000 }).then(
          (answer) => {
            waits.push(Date.now() - begin);
            if (answer.status !== 200) failures.push(`${answer.status} ${answer.text.slice(0, 80)}`);
          },
          (error) => failures.push(error.message),
        ),
      );
      await sleep(20);
    }
  })();
  await sleep(500);

  const target = source.host === 'host-1' ? 'spare-1' : 'host-1';
  await admin.act(server, 'move', { host: target });
  server = await until('the move to be done', async () => {
    const now = await admin.server(server.server);
    return now.host === target && now.state === 'running' && !now.move ? now : null;
  }, { timeoutMs: 120_000 });
  await sleep(1000);
  isOver = true;
  await steady;
  await Promise.all(calls);

  const story = (await records('move.events')).filter((r) => r.key === server.server).map((r) => r.value);
  const phases = story.map((event) => event.phase);
  for (const phase of ['copying', 'holding', 'cutover', 'done']) assert.ok(phases.includes(phase), `${phase} in ${phases}`);
  const done = story.find((event) => event.phase === 'done');
  console.log(`move: ${calls.length} requests at 50 a second, ${failures.length} failed, longest wait ${Math.max(...waits)} ms, pause ${done.pause_ms} ms, ${done.bytes} bytes`);
  assert.deepEqual(failures, []);

  const copy = await runningCopy(server);
  assert.equal(copy.host, target);
  const after = await innerDocker(copy.host, 'exec', copy.id, 'sh', '-c', LOOK);
  assert.equal(after, before, 'contents, modes, links and deletions are the same');

  await admin.remove(server);
});

test('a stop during copying aborts the move and is carried out', async () => {
  const admin = await administrator();
  let server = await admin.create({ name: fresh('mover'), template: 'web', size: 'small' });
  server = await admin.untilState(server, 'running');
  const source = await runningCopy(server);
  await innerDocker(source.host, 'exec', '-u', '0', source.id, 'sh', '-c', 'dd if=/dev/zero of=/var/tmp/big bs=1M count=300 2>/dev/null');
  await admin.act(server, 'move', { host: source.host === 'host-1' ? 'spare-1' : 'host-1' });
  const answer = await admin.send('POST', `/api/v1/servers/${server.server}/stop`, { body: {} });
  if (answer.status === 409) {
    assert.equal(answer.json().code, 'moving'); // it was faster than we: the rule of later phases
    assert.ok(Number(answer.headers['retry-after']) > 0);
    await admin.remove(server);
    return;
  }
  assert.ok(answer.status < 300, answer.text);
  server = await admin.untilState(server, 'stopped');
  assert.equal(server.host, source.host);
  assert.equal(server.move, null);
  const phases = (await records('move.events')).filter((r) => r.key === server.server).map((r) => r.value.phase);
  assert.equal(phases.at(-1), 'aborted');
  await admin.remove(server);
});
