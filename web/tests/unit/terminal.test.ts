import { beforeEach, describe, expect, it, vi } from 'vitest';
import { HELLO, INPUT, inputFrames, LAST, OUTPUT, PIECE, readFrame, sizeFrame } from '../../src/lib/terminal/frames';
import { Link, type LinkListener } from '../../src/lib/terminal/link';
import { controlled } from '../../src/lib/terminal/theme';

const message = (type: number, body: unknown) => Uint8Array.from([type, ...new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body))]).buffer;

describe('frames', () => {
  it('of the server are read, and what is none of ours is dropped', () => {
    expect(readFrame(message(HELLO, { id: 'a', resumed: true, cut: false }))).toEqual({ type: 'hello', hello: { id: 'a', resumed: true, cut: false } });
    expect(readFrame(message(LAST, { reason: 'exited', exit_code: 3 }))).toEqual({ type: 'last', last: { reason: 'exited', exit_code: 3 } });
    expect(readFrame(message(LAST, { reason: 'new word' }))).toEqual({ type: 'last', last: { reason: 'failed', exit_code: null } });
    const output = readFrame(message(OUTPUT, 'héllo'));
    expect(output?.type === 'output' && new TextDecoder().decode(output.bytes)).toBe('héllo');
    for (const broken of [new ArrayBuffer(0), message(HELLO, '{'), message(HELLO, { id: 1 }), message(99, 'x')]) {
      expect(readFrame(broken)).toBeUndefined();
    }
  });

  it('of input never split a character', () => {
    const text = 'a'.repeat(PIECE - 1) + '한글'.repeat(6000);
    const frames = inputFrames(text);
    expect(frames.length).toBeGreaterThan(2);
    const read = frames.map((frame) => {
      expect(frame[0]).toBe(INPUT);
      expect(frame.length).toBeLessThanOrEqual(PIECE + 1);
      return new TextDecoder('utf-8', { fatal: true }).decode(frame.subarray(1));
    });
    expect(read.join('')).toBe(text);
    expect(inputFrames('')).toEqual([]);
  });

  it('of a size are columns and rows', () => expect([...sizeFrame(300, 24)]).toEqual([2, 1, 44, 0, 24]));

  it('Ctrl makes control characters of letters and nothing of the rest', () => {
    expect(controlled('c')).toBe('\x03');
    expect(controlled('[')).toBe('\x1b');
    expect(controlled('1')).toBe('1');
    expect(controlled('ab')).toBe('ab');
  });
});

class FakeSocket {
  static made: FakeSocket[] = [];
  binaryType = '';
  sent: Uint8Array[] = [];
  onmessage?: (event: { data: ArrayBuffer }) => void;
  onclose?: () => void;
  closed = false;
  constructor(readonly url: string) {
    FakeSocket.made.push(this);
  }
  send(bytes: Uint8Array) {
    this.sent.push(bytes);
  }
  close() {
    this.closed = true;
  }
  say(type: number, body: unknown) {
    this.onmessage?.({ data: message(type, body) });
  }
}

describe('the line to a terminal', () => {
  let told: string[] = [];
  let mayTry = true;
  const listener: LinkListener = {
    status: (status) => told.push(status),
    hello: ({ id, resumed }, again) => told.push(`hello ${id} ${resumed} ${again}`),
    output: (bytes) => told.push(new TextDecoder().decode(bytes)),
    ended: ({ reason }) => told.push(`ended ${reason}`),
    refused: () => Promise.resolve(mayTry)
  };
  const begin = (id?: string) => {
    const link = new Link({ url: (known, cols, rows) => `ws://x?${known ?? 'new'}&${cols}x${rows}`, id, open: (url) => new FakeSocket(url) as unknown as WebSocket }, listener);
    link.start(80, 24);
    return link;
  };
  const newest = () => FakeSocket.made.at(-1)!;

  beforeEach(() => {
    FakeSocket.made = [];
    told = [];
    mayTry = true;
    vi.useFakeTimers();
    return () => vi.useRealTimers();
  });

  it('asks for the same terminal after the line broke, and tells its size then', async () => {
    const link = begin();
    newest().say(HELLO, { id: 'one', resumed: false, cut: false });
    link.resize(100, 30);
    expect(newest().sent.length).toBe(2);
    newest().onclose?.();
    await vi.advanceTimersByTimeAsync(600);
    expect(FakeSocket.made.length).toBe(2);
    expect(newest().url).toBe('ws://x?one&100x30');
    newest().say(HELLO, { id: 'one', resumed: true, cut: false });
    expect([...newest().sent[0]!]).toEqual([...sizeFrame(100, 30)]);
    expect(told).toEqual(['connecting', 'hello one false false', 'open', 'lost', 'connecting', 'hello one true true', 'open']);
  });

  it('waits longer each time, and takes a new terminal when the old one does not come back', async () => {
    begin('old');
    const waits: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const made = FakeSocket.made.length;
      newest().onclose?.();
      let waited = 0;
      while (FakeSocket.made.length === made) {
        await vi.advanceTimersByTimeAsync(100);
        waited += 100;
      }
      waits.push(waited);
    }
    expect(waits[3]!).toBeGreaterThan(waits[0]! * 4);
    expect(FakeSocket.made.map(({ url }) => url.includes('old'))).toEqual([true, true, true, false, false]);
  });

  it('stops where asking again is of no use, and sends nothing before it is greeted', async () => {
    mayTry = false;
    const link = begin();
    link.send('ls');
    expect(newest().sent).toEqual([]);
    newest().onclose?.();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.made.length).toBe(1);
    expect(told.at(-1)).toBe('ended');
  });

  it('is over when the shell is, but goes on when only its host restarts', async () => {
    begin();
    newest().say(HELLO, { id: 'one', resumed: false, cut: false });
    newest().say(LAST, { reason: 'closing', exit_code: null });
    newest().onclose?.();
    await vi.advanceTimersByTimeAsync(600);
    expect(newest().url).toContain('new');
    newest().say(HELLO, { id: 'two', resumed: false, cut: false });
    newest().say(LAST, { reason: 'exited', exit_code: 0 });
    newest().onclose?.();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.made.length).toBe(2);
    expect(told.slice(-2)).toEqual(['ended exited', 'ended']);
  });

  it('leaves without ending the terminal', async () => {
    const link = begin();
    newest().say(HELLO, { id: 'one', resumed: false, cut: false });
    link.close();
    newest().onclose?.();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.made.length).toBe(1);
    expect(newest().closed).toBe(true);
    expect(newest().sent.every(([type]) => type !== 3)).toBe(true);
  });
});
