import { problemOf } from '../api/client';
import type { Problem } from '../api/types';

/*
 * Something read from the server: loading, there, or failed. A reload keeps showing the old value;
 * a newer call makes an older one's answer void.
 */
export class Remote<T> {
  value = $state.raw<T | undefined>();
  problem = $state.raw<Problem | undefined>();
  loading = $state(false);
  #read: (signal: AbortSignal) => Promise<T>;
  #running: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(read: (signal: AbortSignal) => Promise<T>) {
    this.#read = read;
  }

  async load(): Promise<void> {
    this.#running?.abort();
    const mine = new AbortController();
    this.#running = mine;
    this.loading = true;
    try {
      const value = await this.#read(mine.signal);
      if (mine.signal.aborted) return;
      this.value = value;
      this.problem = undefined;
    } catch (error) {
      if (mine.signal.aborted) return;
      this.problem = problemOf(error);
    }
    this.loading = false;
  }

  /** Loads soon, once for many calls: events come in bursts. */
  soon(ms = 300): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.load();
    }, ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running?.abort();
  }
}
