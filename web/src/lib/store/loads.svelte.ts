import { get } from '../api/client';
import type { LoadSeries, LoadTick } from '../api/types';
import { loadNow } from './clock.svelte';
import { on } from './live.svelte';
import { Remote } from './remote.svelte';
import type { Strip } from '../charts/series';

/*
 * CPU and memory of one host or server over a range that ends now: read once, then continued by
 * the stream, so that the chart moves with every sample.
 */
export class Loads {
  remote: Remote<LoadSeries>;
  #off: () => void;

  constructor(
    readonly kind: 'servers' | 'hosts',
    readonly id: string,
    readonly span: () => number
  ) {
    this.remote = new Remote((signal) => {
      const now = Math.round(loadNow());
      const path = `/api/v1/${kind}/${encodeURIComponent(id)}/load`;
      return get(`${path}?from_ms=${now - span()}&to_ms=${now}&points=360`, { signal });
    });
    this.#off = on('loads', ({ loads }) => this.#add(loads));
  }

  #add(tick: LoadTick): void {
    const series = this.remote.value;
    const point = tick[this.kind].find((item) => item.id === this.id);
    if (!series || !point) return;
    const next = extend(series, tick.at_ms, point.cpu_milli, point.mem_bytes, this.span());
    if (next) this.remote.value = next;
  }

  stop(): void {
    this.#off();
    this.remote.stop();
  }

  get cpu(): Strip | undefined {
    const series = this.remote.value;
    return series && { from_ms: series.from_ms, step_ms: series.step_ms, values: series.cpu_milli };
  }

  get memory(): Strip | undefined {
    const series = this.remote.value;
    return series && { from_ms: series.from_ms, step_ms: series.step_ms, values: series.mem_bytes };
  }
}

/** The series with one more sample, its oldest steps dropped; undefined where the sample is not new. */
export function extend(
  series: LoadSeries,
  atMs: number,
  cpu: number,
  mem: number,
  spanMs: number
): LoadSeries | undefined {
  const index = Math.floor((atMs - series.from_ms) / series.step_ms);
  if (index < series.cpu_milli.length - 1) return undefined;
  const missing = index - series.cpu_milli.length + 1;
  if (missing > 5000) return undefined;
  const grow = (values: (number | null)[], value: number) => {
    const out = [...values, ...new Array<null>(Math.max(0, missing)).fill(null)];
    // Within one step the newest sample stands for it until the roll-up is read again.
    out[index] = value;
    return out;
  };
  const drop = Math.max(0, Math.floor((atMs - spanMs - series.from_ms) / series.step_ms));
  const cut = (values: (number | null)[], value: number) => grow(values, value).slice(drop);
  return {
    ...series,
    from_ms: series.from_ms + drop * series.step_ms,
    cpu_milli: cut(series.cpu_milli, cpu),
    cpu_milli_max: cut(series.cpu_milli_max, cpu),
    mem_bytes: cut(series.mem_bytes, mem),
    mem_bytes_max: cut(series.mem_bytes_max, mem)
  };
}
