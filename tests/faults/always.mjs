// What must hold at any moment, whatever has been killed.
import assert from 'node:assert/strict';

import { serverContainers } from '../integration/lib/stack.mjs';
import { latest, records } from '../integration/lib/topics.mjs';
import { until } from '../integration/lib/until.mjs';

export async function assertAtMostOneCopy() {
  const rows = await until('the engines to answer', () => serverContainers({ all: false }), { timeoutMs: 60_000 });
  const running = rows.filter((row) => row.state === 'running');
  assert.equal(new Set(running.map((row) => row.server)).size, running.length, `two running copies: ${JSON.stringify(running)}`);
}

/** All in the topic are answered once, and those that people were told of are among them. */
export async function assertOneOutcomeEach(acknowledged) {
  const asked = new Set((await records('internal.requests')).map((record) => record.value.id));
  const outcomes = await until('every request to be answered', async () => {
    const answered = (await records('internal.outcomes')).map((record) => record.value.request);
    const known = new Set(answered);
    for (const id of asked) if (!known.has(id)) throw new Error(`request ${id} has no outcome`);
    return answered;
  }, { timeoutMs: 60_000 });
  assert.equal(new Set(outcomes).size, outcomes.length, 'exactly one outcome each');
  const servers = new Set((await records('internal.placements')).map((record) => record.key));
  for (const id of acknowledged) assert.ok(servers.has(id), `server ${id} was acknowledged and is nowhere`);
}

/** A moving server counts on both hosts. */
export async function assertNothingOverGranted() {
  const capacity = await latest('host.state');
  const granted = new Map();
  for (const placement of (await latest('internal.placements')).values()) {
    if (placement.desired === 'deleted') continue;
    for (const host of [placement.host, placement.move?.to].filter(Boolean)) {
      const sum = granted.get(host) ?? { cpu: 0, mem: 0 };
      granted.set(host, { cpu: sum.cpu + placement.granted.cpu_milli, mem: sum.mem + placement.granted.mem_bytes });
    }
  }
  for (const [host, sum] of granted) {
    const { cpu_milli: cpu, mem_bytes: mem } = capacity.get(host).capacity;
    assert.ok(sum.cpu <= cpu && sum.mem <= mem, `${host}: granted ${JSON.stringify(sum)} of ${cpu} mCPU, ${mem} bytes`);
  }
}
