import { SseParser } from '../api/sse';
import type { StreamEvent } from '../api/types';

/*
 * The one stream of changes. Stores and pages listen by type; `hello` and `reset` mean: read
 * everything again. The server sends a comment every 10 s, so 30 s of silence is a lost line.
 */
type Kind = StreamEvent['type'];
type Of<K extends Kind> = Extract<StreamEvent, { type: K }>;
type Listener = (event: StreamEvent) => void;

const SILENCE_MS = 30_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;

const listeners = new Map<Kind, Set<Listener>>();
let status = $state<'off' | 'connecting' | 'live' | 'lost'>('off');
let lastId = '';
let stop: AbortController | undefined;

export function liveStatus(): typeof status {
  return status;
}

export function on<K extends Kind>(kind: K, listener: (event: Of<K>) => void): () => void {
  let set = listeners.get(kind);
  if (!set) listeners.set(kind, (set = new Set()));
  set.add(listener as Listener);
  return () => set.delete(listener as Listener);
}

export function emit(event: StreamEvent): void {
  for (const listener of listeners.get(event.type) ?? []) listener(event);
}

export function startLive(): void {
  if (stop) return;
  stop = new AbortController();
  void run(stop.signal);
}

export function stopLive(): void {
  stop?.abort();
  stop = undefined;
  lastId = '';
  status = 'off';
}

async function run(signal: AbortSignal): Promise<void> {
  let retry = FIRST_RETRY_MS;
  while (!signal.aborted) {
    if (status !== 'lost') status = 'connecting';
    const began = performance.now();
    await once(signal).catch(() => undefined);
    if (signal.aborted) return;
    status = 'lost';
    retry = performance.now() - began > 10_000 ? FIRST_RETRY_MS : Math.min(retry * 2, LAST_RETRY_MS);
    await pause(retry * (0.75 + Math.random() / 2), signal);
  }
}

/** One connection, until it ends, falls silent or is aborted. */
async function once(signal: AbortSignal): Promise<void> {
  const line = new AbortController();
  const cut = () => line.abort();
  signal.addEventListener('abort', cut);
  let watch = setTimeout(cut, SILENCE_MS);
  try {
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (lastId) headers['last-event-id'] = lastId;
    const response = await fetch('/api/v1/events', {
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: line.signal
    });
    if (!response.ok || !response.body) return;
    status = 'live';
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    const parser = new SseParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(watch);
      watch = setTimeout(cut, SILENCE_MS);
      for (const event of parser.push(decoder.decode(value, { stream: true }))) {
        if (event.id) lastId = event.id;
        take(event.event, event.data);
      }
    }
  } finally {
    clearTimeout(watch);
    signal.removeEventListener('abort', cut);
  }
}

function take(kind: string, data: string): void {
  let body: unknown;
  try {
    body = JSON.parse(data);
  } catch {
    return; // a broken event must not end the stream; the next snapshot repairs what it said
  }
  if (typeof body !== 'object' || body === null) return;
  emit({ type: kind, ...body } as StreamEvent);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
    // A laptop that wakes up, or a cable that is back, should not wait out the pause.
    addEventListener('online', () => resolve(), { once: true, signal });
  });
}
