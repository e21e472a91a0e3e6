import { hangUpFrame, inputFrames, readFrame, sizeFrame, type Hello, type Last } from './frames';

/*
 * The line to one terminal. It connects again by itself, names the terminal that it had, and so gets its
 * scrollback; where that one is gone it asks for a new one and says so.
 */
export type LinkStatus = 'connecting' | 'open' | 'lost' | 'ended';

export interface LinkListener {
  status(status: LinkStatus): void;
  /** a terminal answers; what was shown before is shown anew by its scrollback */
  hello(hello: Hello, again: boolean): void;
  output(bytes: Uint8Array): void;
  ended(last: Last): void;
  /** nothing answered; resolves to true where asking again is of use */
  refused(): Promise<boolean>;
}

export interface LinkOptions {
  url: (id: string | undefined, cols: number, rows: number) => string;
  id?: string | undefined;
  open?: (url: string) => WebSocket;
}

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10_000;
/** Tries to get the same terminal back before a new one is asked for. */
const SAME_TRIES = 3;

export class Link {
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #retry = FIRST_RETRY_MS;
  #tries = 0;
  #closed = false;
  #greeted = false;
  #cols = 80;
  #rows = 24;
  #id: string | undefined;

  constructor(
    readonly options: LinkOptions,
    readonly listener: LinkListener
  ) {
    this.#id = options.id;
  }

  get id(): string | undefined {
    return this.#id;
  }

  start(cols: number, rows: number): void {
    this.#cols = cols;
    this.#rows = rows;
    this.#connect();
  }

  send(text: string): void {
    if (this.#greeted) for (const frame of inputFrames(text)) this.#socket?.send(frame);
  }

  resize(cols: number, rows: number): void {
    if (cols === this.#cols && rows === this.#rows) return;
    this.#cols = cols;
    this.#rows = rows;
    if (this.#greeted) this.#socket?.send(sizeFrame(cols, rows));
  }

  /** Ends the terminal itself, with the programs in it. */
  hangUp(): void {
    if (this.#greeted) this.#socket?.send(hangUpFrame());
  }

  /** Leaves; the terminal lives on for a while. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
    this.#socket = undefined;
  }

  #connect(): void {
    this.listener.status('connecting');
    const make = this.options.open ?? ((url: string) => new WebSocket(url, 'neaptide-terminal'));
    const socket = make(this.options.url(this.#id, this.#cols, this.#rows));
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    this.#greeted = false;
    let ended = false;
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket || !(data instanceof ArrayBuffer)) return;
      const frame = readFrame(data);
      if (frame?.type === 'output') this.listener.output(frame.bytes);
      if (frame?.type === 'hello') this.#hello(frame.hello, socket);
      if (frame?.type === 'last') {
        ended = this.#last(frame.last);
      }
    };
    socket.onclose = () => {
      if (socket !== this.#socket) return;
      const greeted = this.#greeted;
      this.#greeted = false;
      if (this.#closed || ended) return;
      void this.#lost(greeted);
    };
  }

  #hello(hello: Hello, socket: WebSocket): void {
    const again = this.#id !== undefined;
    this.#id = hello.id;
    this.#greeted = true;
    this.#retry = FIRST_RETRY_MS;
    this.#tries = 0;
    this.listener.hello(hello, again);
    this.listener.status('open');
    socket.send(sizeFrame(this.#cols, this.#rows));
  }

  /** Is it over? A provisioner that stops says so, and a new terminal is to be had soon. */
  #last(last: Last): boolean {
    this.#id = undefined;
    if (last.reason === 'closing') return false;
    this.listener.ended(last);
    this.listener.status('ended');
    return true;
  }

  async #lost(greeted: boolean): Promise<void> {
    this.listener.status('lost');
    this.#tries = greeted ? 0 : this.#tries + 1;
    if (!greeted) {
      if (!(await this.listener.refused())) {
        if (!this.#closed) this.listener.status('ended');
        return;
      }
      if (this.#closed) return;
      if (this.#tries >= SAME_TRIES) this.#id = undefined;
    }
    this.#timer = setTimeout(() => this.#connect(), this.#retry);
    this.#retry = Math.min(this.#retry * 2, LAST_RETRY_MS);
  }
}
