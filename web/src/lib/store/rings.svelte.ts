import { get } from '../api/client';
import type { LoadSeries } from '../api/types';
import { SvelteMap } from 'svelte/reactivity';

const HOUR_MS = 3_600_000;
const SLOTS = 60;

/** A short history of per cents for each subject, in equal slots, that the stream of loads continues. */
export interface Ring {
  step_ms: number;
  /** end of the last slot, load time */
  end_ms: number;
  values: (number | null)[];
}

export class Rings {
  #rings = new SvelteMap<string, Ring>();
  #asked = new Set<string>();

  constructor(
    readonly kind: 'servers' | 'hosts',
    readonly span_ms = HOUR_MS
  ) {}

  of(id: string): Ring | undefined {
    return this.#rings.get(id);
  }

  /** Reads the history once; later calls are free. */
  async want(id: string, nowMs: number): Promise<void> {
    if (this.#asked.has(id)) return;
    this.#asked.add(id);
    try {
      const series = await get<LoadSeries>(
        `/api/v1/${this.kind}/${encodeURIComponent(id)}/load?from_ms=${nowMs - this.span_ms}&to_ms=${nowMs}&points=${SLOTS}`
      );
      const limit = series.cpu_limit_milli ?? 0;
      const raw = series.cpu_milli.map((value) =>
        value === null || limit <= 0 ? null : (value / limit) * 100
      );
      this.#rings.set(id, {
        step_ms: this.span_ms / SLOTS,
        end_ms: nowMs,
        values: resample(raw, series.from_ms, series.step_ms, nowMs, this.span_ms / SLOTS)
      });
    } catch {
      this.#asked.delete(id); // the sparkline stays empty and is asked for again with the next visit
    }
  }

  add(id: string, atMs: number, value: number): void {
    const ring = this.#rings.get(id);
    if (!ring) return;
    const ahead = Math.ceil((atMs - ring.end_ms) / ring.step_ms);
    if (ahead <= 0) return;
    const kept = ahead >= SLOTS ? [] : ring.values.slice(ahead);
    const gap: (number | null)[] = new Array(Math.min(ahead, SLOTS) - 1).fill(null);
    this.#rings.set(id, {
      ...ring,
      end_ms: ring.end_ms + ahead * ring.step_ms,
      values: [...kept, ...gap, value]
    });
  }
}

/** Puts a series of any step onto SLOTS equal slots that end at endMs; a mean of what falls into each. */
export function resample(
  values: (number | null)[],
  fromMs: number,
  stepMs: number,
  endMs: number,
  slotMs: number
): (number | null)[] {
  const sum = new Array<number>(SLOTS).fill(0);
  const seen = new Array<number>(SLOTS).fill(0);
  const beginMs = endMs - SLOTS * slotMs;
  values.forEach((value, index) => {
    if (value === null) return;
    // A step wider than a slot counts in each slot whose middle it covers, a narrower one in its own.
    const start = (fromMs + index * stepMs - beginMs) / slotMs;
    const width = stepMs / slotMs;
    const first = width > 1 ? Math.ceil(start - 0.5) : Math.floor(start + width / 2);
    const last = width > 1 ? Math.ceil(start + width - 0.5) - 1 : first;
    for (let slot = Math.max(0, first); slot <= Math.min(SLOTS - 1, last); slot += 1) {
      sum[slot]! += value;
      seen[slot]! += 1;
    }
  });
  return sum.map((total, slot) => (seen[slot]! > 0 ? total / seen[slot]! : null));
}
