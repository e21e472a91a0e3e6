import { setTimeZone } from '../i18n/locale.svelte';

/*
 * Two times (DESIGN.md): charts, plans and windows speak load time, which is wall time unless the
 * installation plays recorded days faster. The page ticks once a second and never jumps back.
 */
interface Clock {
  load0_ms: number;
  wall0_ms: number;
  rate: number;
}

let clock: Clock = $state.raw({ load0_ms: 0, wall0_ms: 0, rate: 1 });
let skew = 0;
let wall = $state(Date.now());

export function setClock(next: Clock, nowMs: number, timeZone: string): void {
  clock = next;
  // The browser's clock may be wrong: what the server says now counts.
  skew = (nowMs - loadAt(Date.now(), next)) / Math.max(next.rate, 1e-9);
  if (next.rate === 1 && Math.abs(skew) < 2000) skew = 0;
  setTimeZone(timeZone);
  wall = Date.now();
}

function loadAt(wallMs: number, c: Clock): number {
  return c.load0_ms + c.rate * (wallMs - c.wall0_ms);
}

/** Load time now, ticking. */
export function loadNow(): number {
  return Math.round(loadAt(wall + skew, clock));
}

/** The load time of a moment that the installation wrote down in wall time. */
export function toLoad(wallMs: number): number {
  return Math.round(loadAt(wallMs, clock));
}

/** Wall time now, ticking. */
export function wallNow(): number {
  return wall;
}

export function rate(): number {
  return clock.rate;
}

export function startClock(): () => void {
  const timer = setInterval(() => {
    wall = Date.now();
  }, 1000);
  return () => clearInterval(timer);
}
