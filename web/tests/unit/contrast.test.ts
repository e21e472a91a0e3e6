import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/* Every colour of text against every ground it may stand on, in both themes: 4.5:1 (WCAG 2.2 AA). */
const css = readFileSync(new URL('../../src/tokens.css', import.meta.url), 'utf8');
const tokens = new Map(
  [...css.matchAll(/--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)].map(([, name, light, dark]) => [
    name!,
    { light: light!, dark: dark! }
  ])
);

const GROUNDS = ['ground', 'surface', 'sunken'];
const TEXTS = ['ink', 'quiet', 'accent', 'ok', 'high', 'over'];
const PAIRS: [string, string, number][] = [
  ...GROUNDS.flatMap((ground) => TEXTS.map((text): [string, string, number] => [text, ground, 4.5])),
  ['on-accent', 'accent', 4.5],
  ['on-accent', 'accent-strong', 4.5],
  ['ink', 'accent-soft', 4.5],
  ['accent', 'accent-soft', 4.5],
  ['quiet', 'accent-soft', 4.5],
  ['ok', 'ok-soft', 4.5],
  ['high', 'high-soft', 4.5],
  ['ink', 'high-soft', 4.5],
  ['over', 'over-soft', 4.5],
  ['ink', 'over-soft', 4.5],
  ['surface', 'over', 4.5],
  // Borders of inputs, lines of charts and outlines need 3:1.
  ['edge', 'surface', 3],
  ['edge', 'ground', 3],
  ['accent', 'surface', 3],
  ['tide-100', 'surface', 3]
];

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function ratio(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high! + 0.05) / (low! + 0.05);
}

describe.each(['light', 'dark'] as const)('%s theme', (theme) => {
  it.each(PAIRS)('%s on %s has at least %s:1', (text, ground, least) => {
    const [a, b] = [tokens.get(text), tokens.get(ground)];
    expect(a && b, `${text} or ${ground} is not in tokens.css`).toBeTruthy();
    expect(ratio(a![theme], b![theme])).toBeGreaterThanOrEqual(least);
  });
});

it('both themes come from one list', () => {
  const plain = [...css.matchAll(/--([a-z0-9-]+): (#[0-9a-f]+)/g)].map((match) => match[1]);
  expect(plain).toEqual([]);
});
