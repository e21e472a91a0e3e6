import type { LoadSeries, Message, Resources, ServerEvent } from '../api/types';

/* The resource log: what was used in each step, what was allotted then, and what changed with its reason. */

export interface LogRow {
  at_ms: number;
  used: { cpu_milli: number | null; cpu_max: number | null; mem_bytes: number | null } | undefined;
  allotted: Resources | undefined;
  event: { kind: ServerEvent['kind']; message: Message } | undefined;
}

const TELLS = new Set<ServerEvent['kind']>(['created', 'resized', 'started', 'stopped', 'moved', 'out-of-memory', 'failed']);

export function logRows(series: LoadSeries, events: ServerEvent[], granted: Resources, shift: (wallMs: number) => number): LogRow[] {
  const told = events
    .filter((event) => TELLS.has(event.kind))
    .map((event) => ({ ...event, at_ms: shift(event.at_ms) }))
    .sort((a, b) => a.at_ms - b.at_ms);
  const sizes = told.filter((event) => event.kind === 'resized').map((event) => ({ at_ms: event.at_ms, size: sizeOf(event) }));

  /** Before the first change that we know of, nobody knows; without any, it was what it is now. */
  function allotted(at: number): Resources | undefined {
    if (sizes.length === 0) return granted;
    return sizes.findLast((entry) => entry.at_ms <= at)?.size;
  }

  const rows: LogRow[] = [];
  series.cpu_milli.forEach((cpu, index) => {
    const mem = series.mem_bytes[index] ?? null;
    if (cpu === null && mem === null) return;
    const at_ms = series.from_ms + (index + 1) * series.step_ms;
    rows.push({
      at_ms,
      used: { cpu_milli: cpu, cpu_max: series.cpu_milli_max[index] ?? null, mem_bytes: mem },
      allotted: allotted(at_ms),
      event: undefined
    });
  });
  const end = series.from_ms + (series.cpu_milli.length + 1) * series.step_ms;
  for (const event of told) {
    if (event.at_ms < series.from_ms || event.at_ms > end) continue;
    rows.push({ at_ms: event.at_ms, used: undefined, allotted: allotted(event.at_ms), event: { kind: event.kind, message: event.message } });
  }
  return rows.sort((a, b) => b.at_ms - a.at_ms);
}

function sizeOf(event: ServerEvent): Resources | undefined {
  const cpu_milli = Number(event.message.params.cpu_milli);
  const mem_bytes = Number(event.message.params.mem_bytes);
  return Number.isFinite(cpu_milli) && Number.isFinite(mem_bytes) ? { cpu_milli, mem_bytes } : undefined;
}

/** One field of a CSV file; a text that a spreadsheet would take for a formula is given an apostrophe. */
export function field(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function toCsv(rows: LogRow[], say: (message: Message) => string): string {
  const head = 'time_utc,cpu_used_milli,cpu_used_max_milli,memory_used_bytes,cpu_allotted_milli,memory_allotted_bytes,event,text';
  const lines = rows.map((row) =>
    [
      new Date(row.at_ms).toISOString(),
      row.used?.cpu_milli,
      row.used?.cpu_max,
      row.used?.mem_bytes,
      row.allotted?.cpu_milli,
      row.allotted?.mem_bytes,
      row.event?.kind,
      row.event && say(row.event.message)
    ]
      .map(field)
      .join(',')
  );
  return [head, ...lines].join('\r\n') + '\r\n';
}
