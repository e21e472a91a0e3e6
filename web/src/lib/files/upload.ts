import { ApiError, problemOf, send } from '../api/client';
import { tasks } from '../store/tasks.svelte';
import { serverPath } from '../store/act';
import { join } from './paths';

/*
 * A file goes up in pieces. The place where it was interrupted is known to the server by an id that follows
 * from the file itself, so the same file dropped again goes on, even after a reload.
 */
export const PIECE = 1024 * 1024;
const TRIES = 5;

export interface Source {
  name: string;
  size: number;
  lastModified: number;
  slice(begin: number, end: number): Blob;
}

export interface Wire {
  offset(signal: AbortSignal): Promise<number>;
  put(piece: Blob, offset: number, signal: AbortSignal): Promise<{ offset: number; done?: boolean }>;
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** 32 hexadecimal digits for a file at a place (FNV-1a, four times with other beginnings). */
export function uploadId(path: string, source: Source): string {
  const text = `${path}\n${source.size}\n${source.lastModified}`;
  let out = '';
  for (let round = 0; round < 4; round += 1) {
    let hash = 0x811c9dc5 ^ (round * 0x9e3779b1);
    for (const letter of new TextEncoder().encode(text)) hash = Math.imul(hash ^ letter, 0x01000193);
    out += (hash >>> 0).toString(16).padStart(8, '0');
  }
  return out;
}

export function wire(server: string, path: string, source: Source): Wire {
  const query = (more: string) => serverPath(server, `upload?path=${encodeURIComponent(path)}&id=${uploadId(path, source)}${more}`);
  return {
    offset: async (signal) => ((await (await send('GET', query(''), { signal })).json()) as { offset: number }).offset,
    put: async (piece, offset, signal) =>
      (await (
        await send('PUT', query(`&offset=${offset}&size=${source.size}`), {
          headers: { 'content-type': 'application/octet-stream' },
          body: piece,
          signal
        })
      ).json()) as { offset: number; done?: boolean },
    wait: (ms, signal) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, ms);
        signal.addEventListener('abort', () => (clearTimeout(timer), reject(new Error('cancelled'))));
      })
  };
}

/** Is it worth asking again: the line broke, or the server was busy for a moment? */
function passing(error: unknown): boolean {
  return error instanceof ApiError && (error.problem.status === 0 || error.problem.status >= 500 || error.problem.status === 429);
}

/** Sends what the server does not have yet; pieces that failed are asked for again, with growing pauses. */
export async function transfer(source: Source, line: Wire, progress: (done: number) => void, signal: AbortSignal): Promise<void> {
  let tries = 0;
  let offset = -1;
  for (;;) {
    try {
      if (offset < 0) offset = Math.min(await line.offset(signal), source.size);
      progress(offset);
      const answer = await line.put(source.slice(offset, Math.min(offset + PIECE, source.size)), offset, signal);
      tries = 0;
      offset = answer.offset;
      progress(offset);
      if (answer.done) return;
    } catch (error) {
      if (signal.aborted || !passing(error) || ++tries >= TRIES) throw error;
      await line.wait(500 * 2 ** tries, signal);
      offset = -1;
    }
  }
}

/** Puts one file into a folder of a server, as a job in the drawer of tasks. */
export function upload(server: { server: string; name: string }, folder: string, source: Source, done: () => void): void {
  const path = join(folder, source.name);
  const id = `${server.server}${path}`;
  const begin = () => {
    const stop = new AbortController();
    tasks.job({
      id,
      kind: 'upload',
      name: source.name,
      place: `${server.name}:${folder}`,
      state: 'running',
      done: 0,
      total: source.size,
      began_ms: Date.now(),
      cancel: () => stop.abort(),
      retry: begin
    });
    transfer(source, wire(server.server, path, source), (bytes) => tasks.change(id, { done: bytes }), stop.signal)
      .then(() => {
        tasks.change(id, { state: 'done', done: source.size, ended_ms: Date.now() });
        done();
      })
      .catch((error: unknown) => {
        tasks.change(id, stop.signal.aborted ? { state: 'cancelled' } : { state: 'failed', problem: problemOf(error) });
      });
  };
  begin();
}
