/* Series of any step on one time axis, and what is worth saying about them in words. */

export interface Strip {
  from_ms: number;
  step_ms: number;
  values: (number | null)[];
}

export type Column = (number | null | undefined)[];

export interface Aligned {
  /** middles of the steps, in ms */
  at: number[];
  columns: Column[];
}

/**
 * One axis for all strips. Where a strip has no step of its own at a moment the value is
 * undefined (no gap, just another rhythm); null stays null: nothing was measured there.
 */
export function align(strips: (Strip | undefined)[]): Aligned {
  const moments = new Set<number>();
  for (const strip of strips) {
    strip?.values.forEach((_value, index) => moments.add(middle(strip, index)));
  }
  const at = [...moments].sort((a, b) => a - b);
  const where = new Map(at.map((moment, index) => [moment, index]));
  const columns = strips.map((strip) => {
    const column: Column = new Array(at.length).fill(undefined);
    strip?.values.forEach((value, index) => {
      column[where.get(middle(strip, index))!] = value;
    });
    return column;
  });
  return { at, columns };
}

function middle(strip: Strip, index: number): number {
  return Math.round(strip.from_ms + (index + 0.5) * strip.step_ms);
}

export function scale(strip: Strip, factor: number): Strip {
  return { ...strip, values: strip.values.map((value) => (value === null ? null : value * factor)) };
}

/** Only what lies in [fromMs, toMs). */
export function cut(strip: Strip, fromMs: number, toMs: number): Strip {
  const first = Math.max(0, Math.ceil((fromMs - strip.from_ms) / strip.step_ms - 0.5));
  const last = Math.min(strip.values.length, Math.ceil((toMs - strip.from_ms) / strip.step_ms - 0.5));
  return {
    from_ms: strip.from_ms + first * strip.step_ms,
    step_ms: strip.step_ms,
    values: strip.values.slice(first, Math.max(first, last))
  };
}

export interface Peak {
  at_ms: number;
  value: number;
}

export function peak(strip: Strip | undefined): Peak | undefined {
  let best: Peak | undefined;
  strip?.values.forEach((value, index) => {
    if (value !== null && (best === undefined || value > best.value)) {
      best = { at_ms: middle(strip, index), value };
    }
  });
  return best;
}

export function mean(strip: Strip | undefined): number | undefined {
  const values = strip?.values.filter((value): value is number => value !== null) ?? [];
  if (values.length === 0) return undefined;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function lastValue(strip: Strip | undefined): number | undefined {
  return strip?.values.findLast((value): value is number => value !== null);
}

/** At most `count` rows, evenly taken: the table beside a chart is for reading, not for export. */
export function thin(length: number, count: number): number[] {
  if (length <= count) return Array.from({ length }, (_value, index) => index);
  return Array.from({ length: count }, (_value, index) =>
    Math.round((index * (length - 1)) / (count - 1))
  );
}
