/** One event of a server-sent stream. */
export interface SseEvent {
  id: string;
  event: string;
  data: string;
}

/**
 * Splits the bytes of a stream into events, as the HTML standard says. We read the stream by
 * fetch, not by EventSource: EventSource gives up for good on 503 and cannot say Last-Event-ID
 * when we start it again.
 */
export class SseParser {
  #rest = '';
  #id = '';
  #event = '';
  #data: string[] = [];

  /** Takes decoded text in pieces of any size and gives back the events that are complete. */
  push(text: string): SseEvent[] {
    const out: SseEvent[] = [];
    this.#rest += text;
    let end: number;
    while ((end = this.#rest.search(/\r\n|\n|\r(?!$)/)) >= 0) {
      const line = this.#rest.slice(0, end);
      this.#rest = this.#rest.slice(end + (this.#rest.startsWith('\r\n', end) ? 2 : 1));
      if (line === '') {
        if (this.#data.length > 0) {
          out.push({ id: this.#id, event: this.#event || 'message', data: this.#data.join('\n') });
        }
        this.#event = '';
        this.#data = [];
        continue;
      }
      if (line.startsWith(':')) continue;
      const colon = line.indexOf(':');
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'data') this.#data.push(value);
      else if (field === 'event') this.#event = value;
      else if (field === 'id' && !value.includes('\0')) this.#id = value;
    }
    return out;
  }
}
