import { describe, expect, it } from 'vitest';
import type { Move, Plan } from '../../src/lib/api/types';
import { along, besides, overlap, place, type Box } from '../../src/lib/charts/labels';
import { arcsOf } from '../../src/lib/charts/tide';
import { figure } from '../../src/lib/i18n/figures.svelte';
import { setLocale, setTimeZone } from '../../src/lib/i18n/locale.svelte';

const ROOM: Box = { x: 0, y: 0, w: 300, h: 100 };

describe('a label of a window', () => {
  it('stands inside where all of it fits, else beside', () => {
    expect(place(besides(100, 200, 50, 60, 20), [], ROOM)).toEqual({ x: 120, y: 40, w: 60, h: 20 });
    expect(place(besides(100, 130, 50, 60, 20), [], ROOM)).toEqual({ x: 136, y: 40, w: 60, h: 20 });
  });

  it('goes to the other side at the edge of the picture, and above or below where both are taken', () => {
    expect(place(besides(280, 300, 50, 60, 20), [], ROOM)?.x).toBe(214);
    const both = [
      { x: 0, y: 30, w: 95, h: 36 },
      { x: 135, y: 30, w: 165, h: 36 }
    ];
    expect(place(besides(100, 130, 50, 60, 20), [...both], ROOM)?.y).toBeGreaterThan(65);
  });

  it('is left out rather than laid over another', () => {
    expect(place(besides(100, 130, 50, 60, 20), [ROOM], ROOM)).toBeUndefined();
  });
});

it('labels of many arcs at one hour never cover each other', () => {
  const taken: Box[] = [];
  for (let index = 0; index < 12; index += 1) place(along(100, 20, index * 5, 80, 70, 20), taken, ROOM);
  expect(taken.length).toBeGreaterThan(2);
  taken.forEach((a, index) => taken.slice(index + 1).forEach((b) => expect(overlap(a, b)).toBe(false)));
});

describe('arcs of the tide table', () => {
  const planned = { move: 'm1', server: 's', name: 'web', from: 'a', to: 'b', cutover_at_ms: 9, pause_ms: 1, bytes: 1, reason: { key: 'k', params: {} }, state: 'planned' };
  const plan = (state: Plan['state'], moves: object[]) => ({ plan: 'p', at_ms: 1, state, moves }) as unknown as Plan;
  const done = { move: 'm1', phase: 'done' } as Move;

  it('hold moves that are still only planned: waiting on automatic, else suggested', () => {
    expect(arcsOf([], [plan('suggested', [planned])], 'automatic').map(({ kind }) => kind)).toEqual(['planned']);
    const [arc] = arcsOf([], [plan('suggested', [planned])], 'suggest');
    expect(arc).toMatchObject({ kind: 'suggested', move: { move: 'm1', plan: 'p', cutover_at_ms: 9, phase: 'planned' } });
  });

  it('tell each move once, and nothing of what was replaced or is switched off', () => {
    expect(arcsOf([done], [plan('applied', [planned])], 'automatic').map(({ kind }) => kind)).toEqual(['done']);
    expect(arcsOf([], [plan('superseded', [planned])], 'automatic')).toEqual([]);
    expect(arcsOf([], [plan('applied', [{ ...planned, state: 'done' }])], 'automatic')).toEqual([]);
    expect(arcsOf([], [plan('suggested', [planned])], 'off')).toEqual([]);
    expect(arcsOf([{ move: 'x', phase: 'holding' } as Move], [], 'off')[0]?.kind).toBe('underway');
  });
});

it('the end of a span names its day only where it is another one', () => {
  setLocale('en');
  setTimeZone('UTC');
  const from_ms = Date.UTC(2020, 4, 5, 12, 50);
  const params = { from_ms: String(from_ms) };
  expect(figure('to_ms', from_ms + 3_600_000, params)).toBe('13:50');
  expect(figure('to_ms', from_ms + 86_400_000, params)).toBe('Wed 12:50');
  expect(figure('to_ms', from_ms, {})).toBe('Tue 12:50');
});
