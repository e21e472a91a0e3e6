import { describe, expect, it } from 'vitest';
import { SseParser } from '../../src/lib/api/sse';
import type { LoadSeries, TideHost } from '../../src/lib/api/types';
import { align, cut, mean, peak, thin } from '../../src/lib/charts/series';
import { depthOf, OVER, slots, stretches, ticks, unsure } from '../../src/lib/charts/tide';
import { bytes, cores, dayTime, duration, zoneOffset } from '../../src/lib/i18n/format.svelte';
import { figure } from '../../src/lib/i18n/figures.svelte';
import { setLocale, setTimeZone } from '../../src/lib/i18n/locale.svelte';
import { loadNow, setClock } from '../../src/lib/store/clock.svelte';
import { extend } from '../../src/lib/store/loads.svelte';
import { resample } from '../../src/lib/store/rings.svelte';
import { nameFault } from '../../src/lib/ui/rules';

const HOUR = 3_600_000;

describe('server-sent events', () => {
  it('come whole from pieces of any size', () => {
    const text = ': hi\r\nid: 7\r\nevent: server\r\ndata: {"a":\r\ndata: 1}\r\n\r\nevent: loads\ndata: {}\n\n';
    for (let size = 1; size <= text.length; size += 1) {
      const parser = new SseParser();
      const events = [];
      for (let at = 0; at < text.length; at += size) events.push(...parser.push(text.slice(at, at + size)));
      expect(events).toEqual([
        { id: '7', event: 'server', data: '{"a":\n1}' },
        { id: '7', event: 'loads', data: '{}' }
      ]);
    }
  });

  it('skip blocks without data', () => {
    expect(new SseParser().push('event: x\n\n: comment\n\n')).toEqual([]);
  });
});

describe('series', () => {
  it('of two rhythms share one axis without making gaps', () => {
    const { at, columns } = align([
      { from_ms: 0, step_ms: 10, values: [1, 2, null] },
      { from_ms: 20, step_ms: 20, values: [5] }
    ]);
    expect(at).toEqual([5, 15, 25, 30]);
    expect(columns).toEqual([
      [1, 2, null, undefined],
      [undefined, undefined, undefined, 5]
    ]);
  });

  it('are cut by the middles of their steps', () => {
    const strip = { from_ms: 0, step_ms: 10, values: [1, 2, 3, 4] };
    expect(cut(strip, 10, 30)).toEqual({ from_ms: 10, step_ms: 10, values: [2, 3] });
    expect(cut(strip, -50, 500)).toEqual(strip);
    expect(cut(strip, 90, 95).values).toEqual([]);
  });

  it('know their peak and mean, and nothing of nothing', () => {
    const strip = { from_ms: 0, step_ms: 10, values: [1, null, 5, 3] };
    expect(peak(strip)).toEqual({ at_ms: 25, value: 5 });
    expect(mean(strip)).toBe(3);
    expect(peak({ ...strip, values: [null] })).toBeUndefined();
    expect(mean(undefined)).toBeUndefined();
  });

  it('are thinned with both ends kept', () => {
    expect(thin(3, 5)).toEqual([0, 1, 2]);
    expect(thin(101, 5)).toEqual([0, 25, 50, 75, 100]);
  });
});

describe('a live series', () => {
  const series: LoadSeries = {
    subject: 'x', from_ms: 0, step_ms: 10, cpu_milli: [1, 2], cpu_milli_max: [1, 2], mem_bytes: [3, 4],
    mem_bytes_max: [3, 4], cpu_limit_milli: 10, mem_limit_bytes: 10, older: false
  };

  it('grows by samples, with gaps where there were none', () => {
    expect(extend(series, 35, 9, 8, 1000)?.cpu_milli).toEqual([1, 2, null, 9]);
    expect(extend(series, 15, 9, 8, 1000)?.cpu_milli).toEqual([1, 9]);
  });

  it('forgets what leaves its range and refuses what is old', () => {
    const next = extend(series, 25, 9, 8, 10)!;
    expect([next.from_ms, next.cpu_milli]).toEqual([10, [2, 9]]);
    expect(extend(series, 5, 9, 8, 1000)).toBeUndefined();
  });

  it('fills sparklines whatever its step', () => {
    expect(resample([10], 0, 60 * 5, 60 * 5, 5)).toEqual(new Array(60).fill(10));
    const sparse = resample([null, 4], 0, 5, 300, 5);
    expect(sparse[0]).toBeNull();
    expect(sparse[1]).toBe(4);
    expect(sparse[2]).toBeNull();
  });
});

describe('the tide table', () => {
  const host = (past: (number | null)[], p50: number[], half: number): TideHost => ({
    host: 'h', role: 'active', cordoned: false, reachable: true, capacity: { cpu_milli: 1, mem_bytes: 1 }, load: null, windows: [],
    past: { from_ms: 0, step_ms: HOUR, load_pct: past, max_pct: past },
    ahead: {
      from_ms: past.length * HOUR, step_ms: HOUR, p50_pct: p50, p10_pct: p50.map((v) => v - half), p90_pct: p50.map((v) => v + half),
      enough: true, history_days: 7, need_days: 2, accuracy: null
    }
  });

  it('takes the past from measurements and the rest from the forecast', () => {
    const row = slots(host([10, 95, null], [50, 91], 5), 0, 3 * HOUR, HOUR, 5);
    expect(row.map((slot) => slot.value)).toEqual([10, 95, null, 50, 91]);
    expect(row.map((slot) => slot.ahead)).toEqual([false, false, false, true, true]);
    expect(stretches(row, 90)).toEqual([
      { first: 0, count: 1, depth: depthOf(10) },
      { first: 1, count: 1, depth: OVER },
      { first: 3, count: 1, depth: depthOf(50) },
      { first: 4, count: 1, depth: depthOf(91) }
    ]);
  });

  it('averages finer steps and spreads coarser ones', () => {
    const row = slots(host([10, 20, 30, 40], [], 0), 0, 4 * HOUR, 2 * HOUR, 2);
    expect(row.map((slot) => slot.value)).toEqual([15, 35]);
    const fine = slots(host([10, 20], [], 0), 0, 2 * HOUR, HOUR / 2, 4);
    expect(fine.map((slot) => slot.value)).toEqual([10, 10, 20, 20]);
  });

  it('hatches where the band is wide', () => {
    expect(unsure(slots(host([], [50, 50], 20), 0, 0, HOUR, 2))).toEqual([{ first: 0, count: 2, depth: 0 }]);
    expect(unsure(slots(host([], [50, 50], 5), 0, 0, HOUR, 2))).toEqual([]);
  });

  it('marks round hours of the installation’s zone', () => {
    setTimeZone('Asia/Seoul');
    const from = Date.UTC(2026, 10, 24, 1, 12);
    const marks = ticks(from, from + 24 * HOUR, 6, zoneOffset);
    expect(marks.map((mark) => new Date(mark.at_ms).toISOString().slice(11, 16))).toEqual(['03:00', '09:00', '15:00', '21:00']);
    expect(marks.map((mark) => mark.midnight)).toEqual([false, false, true, false]);
  });

  it('keeps round hours when the clocks change', () => {
    setTimeZone('Europe/Berlin');
    const from = Date.UTC(2026, 9, 24, 20);
    const marks = ticks(from, from + 24 * HOUR, 6, zoneOffset);
    expect(marks.map((mark) => new Date(mark.at_ms).toISOString().slice(11, 16))).toEqual(['22:00', '05:00', '11:00', '17:00']);
  });
});

describe('figures', () => {
  it('are written with their unit in the language of now', () => {
    setLocale('en');
    expect(bytes(512 * 1024 ** 2)).toBe('512 MB');
    expect(bytes(1.5 * 1024 ** 3)).toBe('1.5 GB');
    expect(bytes(0)).toBe('0 MB');
    expect(cores(700)).toBe('0.7');
    expect(cores(31)).toBe('0.03');
    expect(duration(480)).toBe('0.48 sec');
    expect(duration(90 * 60_000)).toBe('1.5 hr');
    setLocale('ko');
    expect(duration(1000)).toBe('1초');
  });

  it('are known by their names, also where Kafka made them strings', () => {
    setLocale('en');
    expect(figure('peak_pct', '97.2', {})).toBe('97%');
    expect(figure('probability', 0.88, {})).toBe('88%');
    expect(figure('cpu_milli', '1500', {})).toBe('1.5');
    expect(figure('gain_ms', '9900000', {})).toBe('2.8 hr');
    expect(figure('name', '42', {})).toBe('42');
    expect(figure('missing_ms', undefined, {})).toBe('–');
  });

  it('say the weekday of another day', () => {
    setLocale('en');
    const now = Date.UTC(2026, 10, 24, 1, 12);
    setClock({ load0_ms: now, wall0_ms: Date.now(), rate: 1 }, now, 'Asia/Seoul');
    expect(figure('at_ms', now + 2 * HOUR, {})).toBe('12:12');
    expect(figure('at_ms', now + 15 * HOUR, {})).toBe('Wed 01:12');
    setLocale('ko');
    expect(dayTime(now)).toBe('화 10:12');
  });

  it('follow load time, however fast it runs', () => {
    const wall = Date.now();
    setClock({ load0_ms: 1_000_000, wall0_ms: wall - 10_000, rate: 360 }, 1_000_000 + 360 * 10_000, 'UTC');
    expect(Math.abs(loadNow() - (1_000_000 + 360 * 10_000))).toBeLessThan(360 * 200);
  });
});

it('a wrong name is told what is wrong with it', () => {
  expect(['ok-1', 'a', '1a', 'Öl', 'a'.repeat(32)].map(nameFault)).toEqual([undefined, 'short', 'begin', 'letters', 'long']);
});
