import type uPlot from 'uplot';
import { clockTime, day, hourOnly } from '../i18n/format.svelte';
import { faded, type Colours } from './colours';
import type { Column } from './series';

export interface Span {
  from_ms: number;
  to_ms: number;
  label: string;
}
export interface Mark {
  at_ms: number;
  label: string;
  done: boolean;
}
export interface Scene {
  height: number;
  width: number;
  max: number | undefined;
  from_ms: number;
  to_ms: number;
  limit: number | undefined;
  limitLabel: string;
  now_ms: number | undefined;
  nowLabel: string;
  spans: Span[];
  marks: Mark[];
  zone: string;
  sync: string | undefined;
  show: (value: number) => string;
  /** memory: ticks on powers of two */
  binary: boolean;
  hover: (index: number | null) => void;
}

/** Order of the columns that a chart draws; a missing one is a column of undefined. */
export const COLUMNS = ['measured', 'high', 'low', 'expected', 'after'] as const;

/** 1 MB to 1 TB in steps of two, where 1 MB is 1024 x 1024. */
const POWERS = Array.from({ length: 21 }, (_value, index) => 2 ** (20 + index));

export function options(Plot: typeof uPlot, scene: () => Scene, c: Colours): uPlot.Options {
  const first = scene();
  const font = `12px ${c.face}`;
  const none = () => null;
  const axis = { stroke: c.quiet, font, ticks: { show: false } };
  return {
    width: first.width,
    height: first.height,
    legend: { show: false },
    padding: [18, 12, 0, 0],
    tzDate: (seconds) => Plot.tzDate(new Date(seconds * 1000), first.zone),
    cursor: {
      y: false,
      points: { size: 7 },
      drag: { x: false, y: false },
      ...(first.sync ? { sync: { key: first.sync, setSeries: false } } : {})
    },
    scales: {
      x: { time: true, range: () => [scene().from_ms / 1000, scene().to_ms / 1000] },
      y: {
        range: (_plot, _low, high) => {
          const most = scene().max ?? Math.max(high || 0, scene().limit ?? 0) * 1.05;
          return [0, most || 1];
        }
      }
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 64,
        size: 26,
        gap: 6,
        values: (_plot, splits) =>
          splits.map((s) => (hourOnly(s * 1000) === '00' ? day(s * 1000) : clockTime(s * 1000)))
      },
      {
        ...axis,
        grid: { stroke: c.line, width: 1 },
        size: 58,
        gap: 8,
        space: 44,
        ...(first.binary ? { incrs: POWERS } : {}),
        values: (_plot, splits) => splits.map((v) => (v === 0 ? '0' : scene().show(v)))
      }
    ],
    series: [
      {},
      { stroke: c.accent, width: 1.5, points: { show: false }, fill: faded(c.accent, 0.08) },
      { paths: none, points: { show: false } },
      { paths: none, points: { show: false } },
      { stroke: c.accent, width: 1.75, dash: [6, 4], points: { show: false } },
      { stroke: c.ok, width: 2, points: { show: false } }
    ],
    hooks: {
      drawClear: [(plot) => drawBehind(plot, scene(), c)],
      draw: [(plot) => drawInFront(plot, scene(), c)],
      setCursor: [(plot) => scene().hover(plot.cursor.idx ?? null)]
    }
  };
}

function x(plot: uPlot, ms: number): number {
  return plot.valToPos(ms / 1000, 'x', true);
}

function drawBehind(plot: uPlot, scene: Scene, c: Colours): void {
  const { ctx, bbox } = plot;
  ctx.save();
  for (const span of scene.spans) {
    const left = Math.max(bbox.left, x(plot, span.from_ms));
    const right = Math.min(bbox.left + bbox.width, x(plot, span.to_ms));
    if (right <= left) continue;
    ctx.fillStyle = c['high-soft'];
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
  }
  drawBand(plot, c);
  ctx.restore();
}

/** The 80 per cent band: from the 10th to the 90th percentile, clipped to what can be. */
function drawBand(plot: uPlot, c: Colours): void {
  const high = plot.data[2] as Column;
  const low = plot.data[3] as Column;
  const at = plot.data[0];
  const { ctx } = plot;
  const path = new Path2D();
  let run: number[] = [];
  const flush = () => {
    if (run.length > 1) {
      run.forEach((index, step) => {
        const px = plot.valToPos(at[index]!, 'x', true);
        const py = plot.valToPos(high[index]!, 'y', true);
        if (step === 0) path.moveTo(px, py);
        else path.lineTo(px, py);
      });
      for (const index of [...run].reverse()) {
        path.lineTo(plot.valToPos(at[index]!, 'x', true), plot.valToPos(low[index]!, 'y', true));
      }
      path.closePath();
    }
    run = [];
  };
  for (let index = 0; index < at.length; index += 1) {
    const a = high[index];
    const b = low[index];
    if (typeof a === 'number' && typeof b === 'number') run.push(index);
    else if (a === null || b === null) flush();
  }
  flush();
  ctx.save();
  ctx.beginPath();
  ctx.rect(plot.bbox.left, plot.bbox.top, plot.bbox.width, plot.bbox.height);
  ctx.clip();
  ctx.fillStyle = faded(c.accent, 0.2);
  ctx.fill(path);
  ctx.restore();
}

function drawInFront(plot: uPlot, scene: Scene, c: Colours): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio || 1;
  const right = bbox.left + bbox.width;
  const font = (weight: number) => `${weight} ${12 * ratio}px ${c.face}`;
  ctx.save();
  ctx.textBaseline = 'bottom';
  if (scene.limit !== undefined) {
    const y = plot.valToPos(scene.limit, 'y', true);
    ctx.strokeStyle = c.over;
    ctx.lineWidth = 1.25 * ratio;
    ctx.setLineDash([1.5 * ratio, 4 * ratio]);
    stroke(ctx, bbox.left, y, right, y);
    ctx.setLineDash([]);
    ctx.fillStyle = c.quiet;
    ctx.font = font(500);
    ctx.textAlign = 'right';
    ctx.fillText(scene.limitLabel, right, y - 3 * ratio);
  }
  const taken: [number, number][] = [];
  const label = (text: string, at: number, colour: string) => {
    ctx.font = font(650);
    const half = ctx.measureText(text).width / 2;
    const middle = Math.min(right - half, Math.max(bbox.left + half, at));
    if (taken.some(([a, b]) => middle - half < b && middle + half > a)) return;
    taken.push([middle - half - 6 * ratio, middle + half + 6 * ratio]);
    ctx.fillStyle = colour;
    ctx.textAlign = 'center';
    ctx.fillText(text, middle, bbox.top - 3 * ratio);
  };
  for (const mark of scene.marks) {
    const at = x(plot, mark.at_ms);
    if (at < bbox.left || at > right) continue;
    ctx.strokeStyle = c.high;
    ctx.fillStyle = c.high;
    ctx.lineWidth = (mark.done ? 1 : 2) * ratio;
    stroke(ctx, at, bbox.top, at, bbox.top + bbox.height);
    ctx.beginPath();
    ctx.arc(at, bbox.top, 3.5 * ratio, 0, Math.PI * 2);
    ctx.fill();
    label(mark.label, at, c.high);
  }
  if (scene.now_ms !== undefined) {
    const at = x(plot, scene.now_ms);
    if (at >= bbox.left && at <= right) {
      ctx.strokeStyle = c.ink;
      ctx.lineWidth = 1.25 * ratio;
      stroke(ctx, at, bbox.top, at, bbox.top + bbox.height);
      label(scene.nowLabel, at, c.ink);
    }
  }
  for (const span of scene.spans) {
    label(span.label, (x(plot, span.from_ms) + x(plot, span.to_ms)) / 2, c.high);
  }
  ctx.restore();
}

function stroke(ctx: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number) {
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
}
