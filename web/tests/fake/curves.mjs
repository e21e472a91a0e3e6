// Load curves that look like a working day: per cent of a host at a load time, without noise of luck.
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const STEP = 5 * MINUTE;
const SEOUL = 9 * HOUR;

const bump = (hour, at, width) => Math.exp(-(((hour - at) / width) ** 2));

/** Repeatable noise in -1..1 for a number. */
export function noise(seed) {
  const x = Math.sin(seed * 12.9898) * 43758.5453;
  return (x - Math.floor(x)) * 2 - 1;
}

const SHAPES = {
  'host-1': (h) => 44 + 54 * bump(h, 14.5, 1.7) + 8 * bump(h, 10, 2),
  'host-2': (h) => 22 + 38 * bump(h, 21, 2.4) + 12 * bump(h, 9.5, 1.5),
  'host-3': (h) => 38 + 30 * bump(h, 11, 3) + 16 * bump(h, 3, 2),
  'spare-1': () => 6
};
const salt = (host) => SALT[host] ?? [...host].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 997;
const shape = (host) => SHAPES[host] ?? ((h) => 12 + (salt(host) % 40) + 30 * bump(h, 8 + (salt(host) % 13), 2 + (salt(host) % 3)));
const SALT = { 'host-1': 1, 'host-2': 2, 'host-3': 3, 'spare-1': 4 };

export function expected(host, ms) {
  const hour = ((ms + SEOUL) % DAY) / HOUR;
  return shape(host)(hour);
}

export function measured(host, ms) {
  const slow = noise(Math.floor(ms / (25 * MINUTE)) + salt(host) * 1000);
  const fast = noise(Math.floor(ms / 5000) * 0.37 + salt(host));
  return Math.max(0.5, Math.min(100, expected(host, ms) * (1 + slow * 0.05) + fast * 1.6));
}

export function band(host, ms, nowMs) {
  const middle = expected(host, ms);
  const ahead = Math.max(0, (ms - nowMs) / HOUR);
  const half = (host === 'spare-1' ? 2 : 3) + ahead * (host === 'host-3' ? 1 : 0.32);
  return {
    p10: Math.max(0, middle - half),
    p50: Math.min(100, middle),
    p90: Math.min(100, middle + half)
  };
}

/** Load of a server, as a share of its grant. */
export function serverShare(seed, ms) {
  const hour = ((ms + SEOUL) % DAY) / HOUR;
  const base = 0.06 + 0.05 * ((seed * 7) % 5);
  const wave = 0.5 * bump(hour, 9 + ((seed * 3) % 12), 2.5);
  return Math.max(0.004, Math.min(1, base + wave + 0.05 * noise(Math.floor(ms / 5000) * 0.61 + seed)));
}
