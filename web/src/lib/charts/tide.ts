import type { Mode, Move, Plan, TideHost } from '../api/types';

/* Geometry of the tide table, without a pixel: which slot has which depth of colour. */

export const DAY_MS = 86_400_000;
/** Depths of colour from still water to the brim. */
export const DEPTHS = 20;
/** A band wider than this (points of per cent) is hatched: we do not really know. */
export const UNSURE_PCT = 25;

export interface Slot {
  value: number | null;
  /** largest value in the slot */
  most: number | null;
  low: number | null;
  high: number | null;
  ahead: boolean;
}

/** A stretch of slots that look the same, so that one rectangle draws them. */
export interface Stretch {
  first: number;
  count: number;
  depth: number;
}

/** Means of what was measured up to now and of what is expected after it, in equal slots. */
export function slots(host: TideHost, fromMs: number, nowMs: number, slotMs: number, count: number): Slot[] {
  const out: Slot[] = [];
  for (let index = 0; index < count; index += 1) {
    const begin = fromMs + index * slotMs;
    const ahead = begin + slotMs / 2 >= nowMs;
    const { past, ahead: next } = host;
    if (ahead) {
      out.push({
        value: average(next.p50_pct, next.from_ms, next.step_ms, begin, slotMs),
        most: highest(next.p50_pct, next.from_ms, next.step_ms, begin, slotMs),
        low: average(next.p10_pct, next.from_ms, next.step_ms, begin, slotMs),
        high: average(next.p90_pct, next.from_ms, next.step_ms, begin, slotMs),
        ahead
      });
    } else {
      out.push({
        value: average(past.load_pct, past.from_ms, past.step_ms, begin, slotMs),
        most: highest(past.load_pct, past.from_ms, past.step_ms, begin, slotMs),
        low: null,
        high: null,
        ahead
      });
    }
  }
  return out;
}

function inside(values: (number | null)[], fromMs: number, stepMs: number, begin: number, span: number) {
  const first = Math.max(0, Math.floor((begin - fromMs) / stepMs + 0.001));
  // A step wider than a slot counts in each slot that it covers.
  const last = Math.max(first + 1, Math.ceil((begin + span - fromMs) / stepMs - 0.001));
  if (begin + span <= fromMs) return [];
  return values.slice(first, last).filter((value): value is number => value !== null);
}

function average(values: (number | null)[], fromMs: number, stepMs: number, begin: number, span: number) {
  const found = inside(values, fromMs, stepMs, begin, span);
  if (found.length === 0) return null;
  return found.reduce((sum, value) => sum + value, 0) / found.length;
}

function highest(values: (number | null)[], fromMs: number, stepMs: number, begin: number, span: number) {
  const found = inside(values, fromMs, stepMs, begin, span);
  return found.length === 0 ? null : Math.max(...found);
}

export function depthOf(value: number): number {
  return Math.max(0, Math.min(DEPTHS, Math.round((value / 100) * DEPTHS)));
}

/** Over the limit is a depth of its own, one past the brim. */
export const OVER = DEPTHS + 1;

export function stretches(row: Slot[], limitPct: number): Stretch[] {
  const out: Stretch[] = [];
  row.forEach((slot, index) => {
    if (slot.value === null) return;
    const over = !slot.ahead && slot.value > limitPct;
    const depth = over ? OVER : depthOf(slot.value);
    const last = out.at(-1);
    if (last && last.depth === depth && last.first + last.count === index) last.count += 1;
    else out.push({ first: index, count: 1, depth });
  });
  return out;
}

export function unsure(row: Slot[]): Stretch[] {
  const out: Stretch[] = [];
  row.forEach((slot, index) => {
    if (slot.low === null || slot.high === null || slot.high - slot.low < UNSURE_PCT) return;
    const last = out.at(-1);
    if (last && last.first + last.count === index) last.count += 1;
    else out.push({ first: index, count: 1, depth: 0 });
  });
  return out;
}

export interface Tick {
  at_ms: number;
  midnight: boolean;
}

/** Round hours of the installation's zone between two moments. */
export function ticks(fromMs: number, toMs: number, everyHours: number, offset: (ms: number) => number): Tick[] {
  const step = everyHours * 3_600_000;
  const out: Tick[] = [];
  const shift = offset(fromMs);
  for (let local = Math.ceil((fromMs + shift) / step) * step; ; local += step) {
    // The offset may change in between (daylight saving): ask again at the tick itself.
    const at = local - offset(local - shift);
    if (at > toMs) return out;
    if (at >= fromMs) out.push({ at_ms: at, midnight: local % DAY_MS === 0 });
  }
}

export function isDone(move: Move): boolean {
  return move.phase === 'done' || move.phase === 'aborted';
}

export function momentOf(move: Move): number {
  return isDone(move) ? (move.ended_ms ?? move.cutover_at_ms) : move.cutover_at_ms;
}

export type ArcKind = 'suggested' | 'planned' | 'underway' | 'done' | 'aborted';
export interface Arc {
  move: Move;
  kind: ArcKind;
}

/**
 * Every move that the picture tells of. A plan that has not begun names its moves only in the plan:
 * with the balancer on automatic they wait for their hour, otherwise they are suggestions.
 */
export function arcsOf(moves: Move[], plans: Plan[], mode: Mode): Arc[] {
  const known = new Set(moves.map((move) => move.move));
  const out: Arc[] = moves.map((move) => ({ move, kind: kindOf(move) }));
  if (mode === 'off') return out;
  for (const plan of plans) {
    if (plan.state !== 'suggested' && plan.state !== 'applied') continue;
    for (const next of plan.moves) {
      if (known.has(next.move) || (next.state !== 'planned' && next.state !== 'suggested')) continue;
      known.add(next.move);
      const { move, server, name, from, to, cutover_at_ms, pause_ms, reason } = next;
      out.push({
        kind: mode === 'automatic' ? 'planned' : 'suggested',
        move: {
          move,
          server,
          name,
          from,
          to,
          phase: 'planned',
          since_ms: plan.at_ms,
          cutover_at_ms,
          ended_ms: null,
          pause_ms,
          plan: plan.plan,
          reason
        }
      });
    }
  }
  return out;
}

function kindOf(move: Move): ArcKind {
  if (move.phase === 'planned' || move.phase === 'done' || move.phase === 'aborted') return move.phase;
  return 'underway';
}

/** Highest expected load ahead and when, for the table beside the picture. */
export function peakAhead(host: TideHost): { at_ms: number; value: number } | undefined {
  let best: { at_ms: number; value: number } | undefined;
  host.ahead.p50_pct.forEach((value, index) => {
    if (value !== null && (best === undefined || value > best.value)) {
      best = { at_ms: host.ahead.from_ms + (index + 0.5) * host.ahead.step_ms, value };
    }
  });
  return best;
}
