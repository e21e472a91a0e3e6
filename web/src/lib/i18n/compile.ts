import { josa } from './josa';

/** A text, or one text for each plural form of {count}. */
export type Entry = string | { one: string; other: string };
export type Params = Record<string, string | number | boolean | null | undefined>;

/** A run of text; strong where the message says <b>. */
export interface Run {
  text: string;
  strong: boolean;
}

const PLACE = /\{([a-z_0-9]+)(?:\|([^}]+))?\}/g;

/** Names of the placeholders in an entry, without their particles; the tests compare languages by it. */
export function placeholders(entry: Entry): string[] {
  const texts = typeof entry === 'string' ? [entry] : [entry.one, entry.other];
  const names = new Set<string>();
  for (const text of texts) for (const match of text.matchAll(PLACE)) names.add(match[1]!);
  return [...names].sort();
}

/** Puts the figures into a text. `show` turns a figure into words by its name (see figures.svelte.ts). */
export function fill(
  entry: Entry,
  params: Params,
  plural: Intl.PluralRules,
  show: (name: string, value: Params[string], params: Params) => string
): string {
  let text: string;
  if (typeof entry === 'string') text = entry;
  else text = plural.select(Number(params.count ?? 0)) === 'one' ? entry.one : entry.other;
  return text.replace(PLACE, (_all, name: string, particle: string | undefined) => {
    const word = show(name, params[name], params);
    return particle ? word + josa(word, particle) : word;
  });
}

/** Splits a filled text at <b> and </b>. Figures never reach HTML: each run becomes a text node. */
export function runs(text: string): Run[] {
  const out: Run[] = [];
  let strong = false;
  for (const part of text.split(/(<\/?b>)/)) {
    if (part === '<b>') strong = true;
    else if (part === '</b>') strong = false;
    else if (part) out.push({ text: part, strong });
  }
  return out;
}

export function plain(text: string): string {
  return text.replace(/<\/?b>/g, '');
}
