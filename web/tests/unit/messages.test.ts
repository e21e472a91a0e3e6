import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readProblems } from '../../build/problems';
import { fill, placeholders, plain, runs, type Entry } from '../../src/lib/i18n/compile';
import en from '../../src/lib/i18n/en';
import { josa } from '../../src/lib/i18n/josa';
import ko from '../../src/lib/i18n/ko';
import openapi from '../../../services/api/openapi.json';

const english: Record<string, Entry> = en;
const korean: Record<string, Entry> = ko;
const said = openapi.components.schemas.MessageKey;

function texts(entry: Entry): string[] {
  return typeof entry === 'string' ? [entry] : [entry.one, entry.other];
}

describe('both languages', () => {
  it('have the same keys', () => {
    expect(Object.keys(korean).sort()).toEqual(Object.keys(english).sort());
  });

  it.each(Object.keys(english))('have the same figures in %s', (key) => {
    // English plural forms may leave {count} out of one of them.
    const strip = (entry: Entry) => placeholders(entry).filter((name) => name !== 'count');
    expect(strip(korean[key]!)).toEqual(strip(english[key]!));
  });

  it('close what they emphasise and have no other mark-up', () => {
    for (const entry of [...Object.values(english), ...Object.values(korean)]) {
      for (const text of texts(entry)) {
        expect(text.match(/<b>/g)?.length ?? 0).toBe(text.match(/<\/b>/g)?.length ?? 0);
        expect(plain(text)).not.toMatch(/[<>]/);
        expect(text.trim()).toBe(text);
        expect(text).not.toBe('');
      }
    }
  });

  it('write Korean in Korean', () => {
    const same = Object.keys(english).filter(
      (key) => english[key] === korean[key] && /[a-z]{4,}/i.test(plain(texts(english[key]!)[0]!).replace(/\{[^}]+\}/g, ''))
    );
    expect(same).toEqual(['brand', 'title', 'language.en', 'host.engine', 'word.part.kafka', 'word.part.redis']);
  });
});

describe('sentences of the server', () => {
  const params = said['x-neaptide-params'] as Record<string, string>;

  it.each(said.enum)('%s has a text that uses only figures it is sent', (key) => {
    const entry = english[`say.${key}`];
    expect(entry, `say.${key}`).toBeDefined();
    const sent = [...(params[key] ?? '').split(', ').filter(Boolean), ...(key.startsWith('tide.') ? ['limit_pct'] : [])];
    expect(placeholders(entry!).filter((name) => !sent.includes(name))).toEqual([]);
  });

  it('every problem has its texts in both languages', () => {
    for (const row of readProblems()) {
      for (const lang of ['en', 'ko'] as const) {
        expect(Object.keys(row[lang]).sort(), row.code).toEqual(['detail', 'next', 'title']);
        for (const text of Object.values(row[lang])) {
          expect(placeholders(text).filter((name) => !row.params.includes(name)), row.code).toEqual([]);
        }
      }
    }
  });
});

describe('what the services say', () => {
  // Keys are written out in the C sources: "plan.window". Each needs its text here before it is sent.
  // (The command-line client's own are in its texts.c.)
  const pattern = /"((?:plan|move|reject|tide|event|fits|task|setup|allot)\.[a-z-]+)"/g;
  const folder = new URL('../../../services/', import.meta.url).pathname;
  const keys = new Set(
    files(folder)
      .filter((path) => path.endsWith('.c') && !path.startsWith(`${folder}cli/`))
      .flatMap((path) => [...readFileSync(path, 'utf8').matchAll(pattern)].map((match) => match[1]!))
  );

  it('is found', () => expect(keys.size).toBeGreaterThan(30));

  it.each([...keys].sort())('%s', (key) => {
    expect(english[`say.${key}`]).toBeDefined();
  });
});

describe('no text is left over', () => {
  const source = files(new URL('../../src/', import.meta.url).pathname)
    .filter((path) => !/i18n\/(en|ko)\.ts$/.test(path))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
  // Keys put together at run time: t(`word.state.${state}`) and the like.
  const made = [...source.matchAll(/`([a-z.-]+)\$\{[^}]+\}([a-z.-]*)`/g)].map(
    ([, head, tail]) => new RegExp(`^${head!.replaceAll('.', '\\.')}.+${tail!.replaceAll('.', '\\.')}$`)
  );

  it.each(Object.keys(english))('%s is used', (key) => {
    const used = source.includes(`'${key}'`) || made.some((pattern) => pattern.test(key)) || /^(say|word\.field)\./.test(key);
    expect(used).toBe(true);
  });
});

describe('filling', () => {
  const plural = new Intl.PluralRules('en');
  const show = (_name: string, value: unknown) => String(value);

  it('picks the plural form by count', () => {
    const entry = { one: '{count} host', other: '{count} hosts' };
    expect(fill(entry, { count: 1 }, plural, show)).toBe('1 host');
    expect(fill(entry, { count: '3' }, plural, show)).toBe('3 hosts');
  });

  it('never turns a figure into mark-up', () => {
    const text = fill('<b>{name}</b> is full', { name: '<img src=x>' }, plural, show);
    expect(runs(text)).toEqual([
      { text: '<img src=x>', strong: true },
      { text: ' is full', strong: false }
    ]);
  });
});

describe('Korean particles', () => {
  it.each([
    ['host-1', '은/는', '은'],
    ['host-2', '은/는', '는'],
    ['host-3', '이/가', '이'],
    ['노트', '을/를', '를'],
    ['서버군', '을/를', '을'],
    ['서울', '으로/로', '로'],
    ['집', '으로/로', '으로'],
    ['spare-1', '으로/로', '로'],
    ['host-6', '으로/로', '으로'],
    ['90%', '을/를', '를'],
    ['web', '은/는', '은'],
    ['메모리', '이/가', '가'],
    ['CPU', '이/가', '가']
  ])('%s with %s is %s', (word, pair, expected) => {
    expect(josa(word, pair)).toBe(expected);
  });
});

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}${entry.name}`;
    return entry.isDirectory() ? files(`${path}/`) : [path];
  });
}
