/* Lines of a server's output as the api sends them: `2026-11-24T12:00:00.123456789Z o text`. */

export interface Line {
  id: number;
  at_ms: number;
  /** written to stderr */
  err: boolean;
  text: string;
}

const HEAD = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z) ([oe]) (.*)$/s;
// Colours and cursor movements mean nothing in a list of lines.
// eslint-disable-next-line no-control-regex
const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])|[\x00-\x08\x0b-\x1f\x7f]/g;

/** Splits text that arrives in pieces of any size. */
export class LineReader {
  #rest = '';
  #serial = 0;

  push(text: string): Line[] {
    const parts = (this.#rest + text).split('\n');
    this.#rest = parts.pop() ?? '';
    return parts.filter(Boolean).map((part) => this.#line(part));
  }

  #line(part: string): Line {
    const [, at, stream, text] = HEAD.exec(part) ?? [];
    this.#serial += 1;
    return {
      id: this.#serial,
      at_ms: at === undefined ? NaN : Date.parse(at.replace(/(\.\d{3})\d*Z$/, '$1Z')),
      err: stream === 'e',
      text: (text ?? part).replace(ESCAPES, '')
    };
  }
}

export const MOST = 5000;

/** The newest lines only: a log may be endless, a page is not. */
export function joined(old: Line[], fresh: Line[]): Line[] {
  const all = fresh.length >= MOST ? fresh : [...old, ...fresh];
  return all.length > MOST ? all.slice(all.length - MOST) : all;
}

export function matching(lines: Line[], text: string, errorsOnly: boolean): Line[] {
  const wanted = text.trim().toLowerCase();
  if (!wanted && !errorsOnly) return lines;
  return lines.filter((line) => (!errorsOnly || line.err) && (!wanted || line.text.toLowerCase().includes(wanted)));
}
