/* What travels in the WebSocket of a terminal: a type byte and its payload (services/provisioner/README.md). */

export const INPUT = 1;
export const SIZE = 2;
export const HANG_UP = 3;
export const HELLO = 17;
export const OUTPUT = 18;
export const LAST = 19;

/** A frame holds 64 KiB; pasted text goes in pieces well below it. */
export const PIECE = 16 * 1024;

export interface Hello {
  id: string;
  /** the terminal lived on since we left */
  resumed: boolean;
  /** its scrollback was longer than what is kept */
  cut: boolean;
}
export type EndReason = 'exited' | 'taken-over' | 'closing' | 'failed';
export interface Last {
  reason: EndReason;
  exit_code: number | null;
}
export type Frame =
  | { type: 'hello'; hello: Hello }
  | { type: 'output'; bytes: Uint8Array }
  | { type: 'last'; last: Last };

/** One message from the server; undefined where it is not one of ours. */
export function readFrame(message: ArrayBuffer): Frame | undefined {
  const bytes = new Uint8Array(message);
  const payload = bytes.subarray(1);
  if (bytes[0] === OUTPUT) return { type: 'output', bytes: payload };
  const body = json(payload);
  if (bytes[0] === HELLO && typeof body?.id === 'string') {
    return { type: 'hello', hello: { id: body.id, resumed: body.resumed === true, cut: body.cut === true } };
  }
  if (bytes[0] === LAST && body) {
    const reasons: unknown[] = ['exited', 'taken-over', 'closing', 'failed'];
    const reason = reasons.includes(body.reason) ? (body.reason as EndReason) : 'failed';
    return { type: 'last', last: { reason, exit_code: typeof body.exit_code === 'number' ? body.exit_code : null } };
  }
  return undefined;
}

function json(payload: Uint8Array): Record<string, unknown> | undefined {
  try {
    const body: unknown = JSON.parse(new TextDecoder().decode(payload));
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Input as frames; a piece never splits a character. */
export function inputFrames(text: string): Uint8Array<ArrayBuffer>[] {
  const bytes = new TextEncoder().encode(text);
  const out: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < bytes.length; ) {
    let end = Math.min(at + PIECE, bytes.length);
    while (end < bytes.length && (bytes[end]! & 0xc0) === 0x80) end -= 1;
    out.push(frame(INPUT, bytes.subarray(at, end)));
    at = end;
  }
  return out;
}

export function sizeFrame(cols: number, rows: number): Uint8Array<ArrayBuffer> {
  return frame(SIZE, Uint8Array.of(cols >> 8, cols & 255, rows >> 8, rows & 255));
}

export function hangUpFrame(): Uint8Array<ArrayBuffer> {
  return frame(HANG_UP, new Uint8Array());
}

function frame(type: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(payload.length + 1);
  out[0] = type;
  out.set(payload, 1);
  return out;
}
