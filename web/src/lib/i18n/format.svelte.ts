import { locale, timeZone } from './locale.svelte';

/* Every number and time that a person sees passes through here, so through Intl. */

const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function number(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const id = `n${locale()}${JSON.stringify(options)}`;
  let format = cache.get(id) as Intl.NumberFormat | undefined;
  if (!format) cache.set(id, (format = new Intl.NumberFormat(locale(), options)));
  return format;
}

function date(options: Intl.DateTimeFormatOptions, zone = timeZone()): Intl.DateTimeFormat {
  const id = `d${locale()}${zone}${JSON.stringify(options)}`;
  let format = cache.get(id) as Intl.DateTimeFormat | undefined;
  if (!format) {
    format = new Intl.DateTimeFormat(locale(), { timeZone: zone, ...options });
    cache.set(id, format);
  }
  return format;
}

export function count(value: number): string {
  return number({ maximumFractionDigits: 0 }).format(value);
}

export function decimal(value: number, digits = 1): string {
  return number({ maximumFractionDigits: digits }).format(value);
}

/** 700 -> "0.7"; the word CPU belongs to the message. */
export function cores(milli: number): string {
  return number({ maximumFractionDigits: milli < 100 ? 2 : 1 }).format(milli / 1000);
}

export function percent(value: number, digits = 0): string {
  return number({ style: 'percent', maximumFractionDigits: digits }).format(value / 100);
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** Memory in steps of 1024, as sizes are sold: 1073741824 -> "1 GB". */
export function bytes(value: number): string {
  // Nothing is 0 MB, not 0 bytes: the unit of its neighbours.
  if (value === 0) return bytes(1024 * 1024).replace('1', '0');
  let step = 0;
  let rest = value;
  while (rest >= 1000 && step < UNITS.length - 1) {
    rest /= 1024;
    step += 1;
  }
  const digits = rest < 10 && step >= 3 ? 1 : 0;
  return number({
    style: 'unit',
    unit: UNITS[step],
    unitDisplay: 'short',
    maximumFractionDigits: digits
  }).format(rest);
}

/** A span of time in its largest fitting unit. */
export function duration(ms: number): string {
  const unit = (value: number, name: string, digits = 0) =>
    number({
      style: 'unit',
      unit: name,
      unitDisplay: locale() === 'ko' ? 'long' : 'short',
      maximumFractionDigits: digits
    }).format(value);
  if (ms < 950) return unit(Math.round(ms / 10) / 100, 'second', 2);
  if (ms < 9_950) return unit(ms / 1000, 'second', 1);
  if (ms < 90_000) return unit(Math.round(ms / 1000), 'second');
  if (ms < 5_400_000) return unit(Math.round(ms / 60_000), 'minute');
  if (ms < 129_600_000) return unit(ms / 3_600_000, 'hour', 1);
  return unit(Math.round(ms / 86_400_000), 'day');
}

const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };

/** 12:40 */
export function clockTime(ms: number): string {
  return date(CLOCK).format(ms);
}

/** 12:40:05 */
export function clockSeconds(ms: number): string {
  return date({ ...CLOCK, second: '2-digit' }).format(ms);
}

/** Just the hour, for a window outlined in a narrow place: 13 */
export function hourOnly(ms: number): string {
  const text = clockTime(ms);
  return text.endsWith(':00') ? text.slice(0, 2) : text;
}

export function dayKey(ms: number): string {
  const parts = date({ year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(ms);
  return parts.map((part) => part.value).join('');
}

/** Tue 12:40 */
export function dayTime(ms: number): string {
  return `${weekday(ms)} ${clockTime(ms)}`;
}

/** 24 Nov 12:40 */
export function stamp(ms: number): string {
  return date({ day: 'numeric', month: 'short', ...CLOCK }).format(ms);
}

export function stampSeconds(ms: number): string {
  return date({ day: 'numeric', month: 'short', ...CLOCK, second: '2-digit' }).format(ms);
}

export function day(ms: number): string {
  return date({ day: 'numeric', month: 'short' }).format(ms);
}

export function weekday(ms: number): string {
  return date({ weekday: 'short' }).format(ms);
}

/** GMT+9, or the zone's own short name where the language has one. */
export function zoneName(ms: number): string {
  const parts = date({ timeZoneName: 'short' }).formatToParts(ms);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? timeZone();
}

/** Milliseconds from UTC to the installation's zone at this moment; charts place their hours by it. */
export function zoneOffset(ms: number): number {
  const name = timeZone();
  const id = `offset${name}`;
  let format = cache.get(id) as Intl.DateTimeFormat | undefined;
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      hourCycle: 'h23'
    });
    cache.set(id, format);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(ms)) part[type] = Number(value);
  const local = Date.UTC(
    part.year!,
    part.month! - 1,
    part.day!,
    part.hour!,
    part.minute!,
    part.second!
  );
  return local - Math.floor(ms / 1000) * 1000;
}
