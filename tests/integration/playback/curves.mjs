// The recorded curves that the tide test plays: host-1 carries a background and two servers whose
// sum passes 90 % of its CPU from 13:00 to 16:00 on every day, and spare-1 is nearly idle.
//
//   node curves.mjs CPU_MILLI > curves.csv      CPU_MILLI: the capacity of host-1

const STEP_S = 300;
const DAY_S = 86_400;

/** 0 outside from..to (hours), 1 inside, with slopes half an hour long. */
const plateau = (hour, from, to) => Math.max(0, Math.min(1, (hour - from) / 0.5 + 1, (to - hour) / 0.5 + 1));

/** Noise that is the same in every run: a small linear congruential generator in -1..1. */
function noise(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** Shares of host-1's capacity: [quiet, in the window, noise]. */
const SUBJECTS = {
  'host:host-1': [0.3, 0.42, 0.01],
  'host:spare-1': [0.05, 0.06, 0.005],
  'server:tide-web': [0.08, 0.33, 0.01],
  'server:tide-lab': [0.1, 0.22, 0.01],
};

export function curves(cpuMilli, days = 7) {
  const names = Object.keys(SUBJECTS);
  const random = names.map((_, at) => noise(42 + at));
  const lines = [['t_s', ...names].join(',')];
  for (let t = 0; t < days * DAY_S; t += STEP_S) {
    const hour = (t % DAY_S) / 3600;
    const cells = names.map((name, at) => {
      const [quiet, busy, wobble] = SUBJECTS[name];
      const share = quiet + (busy - quiet) * plateau(hour, 13, 16) + wobble * random[at]();
      return Math.round(share * cpuMilli);
    });
    lines.push([t, ...cells].join(','));
  }
  return `${lines.join('\n')}\n`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) process.stdout.write(curves(Number(process.argv[2] ?? 2000)));
