import type { Params } from './compile';
import { bytes, clockTime, cores, count, dayKey, dayTime, decimal, duration, percent } from './format.svelte';
import { word } from './words.svelte';
import { loadNow } from '../store/clock.svelte';

/*
 * The server sends figures whose names end in their unit; here each becomes words. A moment is a
 * clock time, with its weekday where it is not today.
 */
const SPANS = /^(pause|age|wait|took|elapsed|cooldown|longest|lasts|gain|length)_ms$/;

const AMOUNT = /^(limit|left|used|asked|largest)$/;
const UNIT = /^(probability|limit|left|used|asked|largest|count)$|_(ms|pct|milli|bytes|days)$/;

export function figure(name: string, value: Params[string], params: Params): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') {
    // Reasons travel through Kafka as a map of strings.
    const isFigure = UNIT.test(name) && value.trim() !== '' && Number.isFinite(Number(value));
    return isFigure ? figure(name, Number(value), params) : word(name, value);
  }
  if (name === 'probability') return percent(value <= 1 ? value * 100 : value);
  if (name.endsWith('_pct')) return percent(value);
  if (name.endsWith('_milli')) return cores(value);
  if (name.endsWith('_bytes')) return bytes(value);
  if (SPANS.test(name)) return duration(value);
  // "Tue 12:50 to 16:10": the end of a span repeats its day only where it is another one.
  const begin = name === 'to_ms' ? Number(params.from_ms ?? NaN) : NaN;
  if (Number.isFinite(begin) && dayKey(begin) === dayKey(value)) return clockTime(value);
  if (name.endsWith('_ms')) return moment(value);
  if (AMOUNT.test(name)) {
    return amount(value, params.resource);
  }
  return Number.isInteger(value) ? count(value) : decimal(value, 1);
}

export function moment(ms: number): string {
  return dayKey(ms) === dayKey(loadNow()) ? clockTime(ms) : dayTime(ms);
}

/** Quotas name their resource beside the figure. */
export function amount(value: number, resource: Params[string]): string {
  if (resource === 'cpu' || resource === 'cpu_milli') return cores(value);
  if (resource === 'mem' || resource === 'memory' || resource === 'mem_bytes') return bytes(value);
  return count(value);
}
