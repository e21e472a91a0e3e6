import { describe, expect, it } from 'vitest';
import { ApiError } from '../../src/lib/api/client';
import type { LoadSeries, ServerEvent } from '../../src/lib/api/types';
import { clean, crumbs, join, nameIsGood, parent, sorted, type Entry } from '../../src/lib/files/paths';
import { PIECE, transfer, uploadId, type Source, type Wire } from '../../src/lib/files/upload';
import { joined, LineReader, matching, MOST, type Line } from '../../src/lib/logs/lines';
import { field, logRows, toCsv } from '../../src/lib/ui/reslog';

describe('paths', () => {
  it('are absolute and without dots', () => {
    expect(clean('srv//www/./a/../b')).toBe('/srv/www/b');
    expect(clean('/../..')).toBe('/');
    expect(join('/', 'a b')).toBe('/a b');
    expect(parent('/srv/www')).toBe('/srv');
    expect(crumbs('/srv/한글').map(({ path }) => path)).toEqual(['/', '/srv', '/srv/한글']);
  });

  it('have names that a file can have', () => {
    expect(['a', '한글.txt', 'a b'].every(nameIsGood)).toBe(true);
    expect(['', '.', '..', 'a/b', '한'.repeat(90)].some(nameIsGood)).toBe(false);
  });

  it('are listed folders first, and counted as people count', () => {
    const entry = (name: string, kind: Entry['kind']) => ({ name, kind }) as Entry;
    const list = [entry('f10', 'file'), entry('f2', 'file'), entry('z', 'folder')];
    expect(sorted(list).map(({ name }) => name)).toEqual(['z', 'f2', 'f10']);
  });
});

describe('an upload', () => {
  const source = (size: number): Source => ({ name: 'a', size, lastModified: 5, slice: (from, to) => ({ size: to - from }) as Blob });
  const offline = () => new ApiError({ type: '', code: 'page-offline', status: 0, title: '', detail: '', next: '', params: {}, trace_id: '' });
  const refused = () => new ApiError({ type: '', code: 'file-forbidden', status: 403, title: '', detail: '', next: '', params: {}, trace_id: '' });

  function server(size: number, begin: number, faults: (() => Error)[] = []) {
    const sent: [number, number][] = [];
    let at = begin;
    const wire: Wire = {
      offset: () => Promise.resolve(at),
      put: (piece, offset) => {
        const fault = faults.shift();
        if (fault) return Promise.reject(fault());
        sent.push([offset, piece.size]);
        at = offset + piece.size;
        return Promise.resolve({ offset: at, ...(at === size ? { done: true } : {}) });
      },
      wait: () => Promise.resolve()
    };
    return { wire, sent };
  }

  it('goes on where it was, in pieces', async () => {
    const size = PIECE * 2 + 7;
    const { wire, sent } = server(size, PIECE);
    const seen: number[] = [];
    await transfer(source(size), wire, (done) => seen.push(done), new AbortController().signal);
    expect(sent).toEqual([
      [PIECE, PIECE],
      [PIECE * 2, 7]
    ]);
    expect(seen.at(-1)).toBe(size);
  });

  it('of nothing is one empty piece', async () => {
    const { wire, sent } = server(0, 0);
    await transfer(source(0), wire, () => undefined, new AbortController().signal);
    expect(sent).toEqual([[0, 0]]);
  });

  it('asks again after a broken line, but not after a refusal', async () => {
    const { wire, sent } = server(10, 0, [offline, offline]);
    await transfer(source(10), wire, () => undefined, new AbortController().signal);
    expect(sent).toEqual([[0, 10]]);
    const strict = server(10, 0, [refused]);
    await expect(transfer(source(10), strict.wire, () => undefined, new AbortController().signal)).rejects.toThrow('file-forbidden');
    const dead = server(10, 0, Array.from({ length: 20 }, () => offline));
    await expect(transfer(source(10), dead.wire, () => undefined, new AbortController().signal)).rejects.toThrow('page-offline');
  });

  it('is known by the file and its place', () => {
    const id = uploadId('/srv/a', source(10));
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(uploadId('/srv/a', source(10))).toBe(id);
    expect(uploadId('/srv/b', source(10))).not.toBe(id);
    expect(uploadId('/srv/a', source(11))).not.toBe(id);
  });
});

describe('a log', () => {
  it('comes whole from pieces of any size, without colours', () => {
    const text = '2026-11-24T01:00:00.123456789Z o \x1b[32mready\x1b[0m 한글\n2026-11-24T01:00:01Z e bad\nno head\n';
    for (const size of [1, 7, 1000]) {
      const reader = new LineReader();
      const lines: Line[] = [];
      for (let at = 0; at < text.length; at += size) lines.push(...reader.push(text.slice(at, at + size)));
      expect(lines.map(({ err, text: words }) => [err, words])).toEqual([
        [false, 'ready 한글'],
        [true, 'bad'],
        [false, 'no head']
      ]);
      expect(lines[0]?.at_ms).toBe(Date.UTC(2026, 10, 24, 1, 0, 0, 123));
    }
  });

  it('keeps the newest lines only, and is filtered by text and kind', () => {
    const line = (id: number, err = false) => ({ id, at_ms: id, err, text: `Line ${id}` });
    const many = Array.from({ length: MOST + 5 }, (_value, index) => line(index));
    expect(joined(many, [line(-1)]).length).toBe(MOST);
    expect(joined(many, [line(-1)]).at(-1)?.id).toBe(-1);
    expect(matching([line(1), line(2, true)], '', true).map(({ id }) => id)).toEqual([2]);
    expect(matching([line(1), line(22)], ' LINE 2', false).map(({ id }) => id)).toEqual([22]);
  });
});

describe('the resource log', () => {
  const series = { from_ms: 0, step_ms: 10, cpu_milli: [1, null, 3], cpu_milli_max: [2, null, 4], mem_bytes: [5, null, 7] } as LoadSeries;
  const event = (kind: ServerEvent['kind'], at_ms: number, params = {}) => ({ event: `${at_ms}`, kind, at_ms, message: { key: `event.${kind}`, params } }) as ServerEvent;
  const now = { cpu_milli: 900, mem_bytes: 9 };

  it('stands with what was allotted then, newest first', () => {
    const rows = logRows(series, [event('resized', 15, { cpu_milli: 700, mem_bytes: 8 }), event('renamed', 16)], now, (ms) => ms);
    expect(rows.map((row) => [row.at_ms, row.event?.kind, row.allotted?.cpu_milli])).toEqual([
      [30, undefined, 700],
      [15, 'resized', 700],
      [10, undefined, undefined]
    ]);
    expect(logRows(series, [], now, (ms) => ms)[0]?.allotted).toEqual(now);
  });

  it('is a table for spreadsheets, in which no text becomes a formula', () => {
    expect(field('=1+1')).toBe("'=1+1");
    expect(field('a "b", c')).toBe('"a ""b"", c"');
    expect(field(null)).toBe('');
    const csv = toCsv(logRows(series, [event('failed', 12)], now, (ms) => ms), () => 'web, failed');
    expect(csv.split('\r\n').length).toBe(5);
    expect(csv).toContain('1970-01-01T00:00:00.030Z,3,4,7,900,9,,');
    expect(csv).toContain('failed,"web, failed"');
  });
});
