import type { Problem } from '../api/types';
import { fill, plain, runs, type Entry, type Params, type Run } from './compile';
import type en from './en';
import { figure } from './figures.svelte';
import { locale, setLocale, type Lang } from './locale.svelte';
import { setWords } from './words.svelte';

export type Key = keyof typeof en;
export type Messages = Record<Key, Entry>;
interface ProblemText {
  title: string;
  detail: string;
  next: string;
}
interface Book {
  lang: Lang;
  texts: Record<string, Entry>;
  problems: Record<string, ProblemText>;
  plural: Intl.PluralRules;
}

let book = $state.raw<Book | undefined>();

setWords((key) => {
  const entry = book?.texts[key];
  return typeof entry === 'string' ? entry : undefined;
});

const loaders: Record<Lang, () => Promise<[{ default: Messages }, { default: Book['problems'] }]>> = {
  en: () => Promise.all([import('./en'), import('virtual:problems/en')]),
  ko: () => Promise.all([import('./ko'), import('virtual:problems/ko')])
};

/** Loads a language and switches to it; every text on the page follows without a reload. */
export async function useLanguage(lang: Lang): Promise<void> {
  const [texts, problems] = await loaders[lang]();
  setLocale(lang);
  book = {
    lang,
    texts: texts.default,
    problems: problems.default,
    plural: new Intl.PluralRules(lang)
  };
}

function text(key: string, params: Params): string {
  const entry = book?.texts[key];
  if (entry === undefined || book === undefined) return '';
  return fill(entry, params, book.plural, figure);
}

export function t(key: Key, params: Params = {}): string {
  return plain(text(key, params));
}

export function rich(key: Key, params: Params = {}): Run[] {
  return runs(text(key, params));
}

/** A sentence of the server: its key, and figures whose names say their unit. */
export interface Said {
  key: string;
  params: Record<string, string | number | boolean>;
}

export function has(key: string): boolean {
  return book !== undefined && key in book.texts;
}

export function said(message: Said): Run[] {
  const key = `say.${message.key}`;
  if (has(key)) return runs(text(key, message.params));
  // A newer balancer may have reasons that this page does not know yet: show what it said, raw.
  return runs(text('said.unknown', { key: message.key, figures: figures(message.params) }));
}

export function saidText(message: Said): string {
  return said(message)
    .map((run) => run.text)
    .join('');
}

function figures(params: Params): string {
  return Object.entries(params)
    .map(([name, value]) => `${name} ${figure(name, value, params)}`)
    .join(', ');
}

/** The words of a problem in the language of now, also after a switch; else as the server sent them. */
export function problemText(problem: Problem): ProblemText {
  const known = book?.problems[problem.code];
  const local = `problem.${problem.code}.title`;
  if (has(local)) {
    return {
      title: plain(text(local, problem.params)),
      detail: plain(text(`problem.${problem.code}.detail`, problem.params)),
      next: plain(text(`problem.${problem.code}.next`, problem.params))
    };
  }
  if (known === undefined || book === undefined) {
    return { title: problem.title, detail: problem.detail, next: problem.next };
  }
  const show = (entry: string) => fill(entry, problem.params, book!.plural, figure);
  return { title: show(known.title), detail: show(known.detail), next: show(known.next) };
}

export function currentBook(): Lang | undefined {
  return book?.lang;
}

export { locale };
export type { Lang };
