// Just enough of RFC 6455 for a pretended terminal: binary messages of any size, pings and closes.
import { createHash, randomUUID } from 'node:crypto';

function encode(opcode, payload) {
  const head = payload.length < 126 ? Buffer.from([0x80 | opcode, payload.length]) : Buffer.from([0x80 | opcode, 126, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([head, payload]);
}

/** Answers the handshake and calls `message` for each binary message; gives back send and close. */
export function accept(request, socket, message, closed) {
  const key = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\nSec-WebSocket-Protocol: neaptide-terminal\r\n\r\n`);
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      if (rest.length < 2) return;
      let length = rest[1] & 127;
      let at = 2;
      if (length === 126) {
        if (rest.length < 4) return;
        length = rest.readUInt16BE(2);
        at = 4;
      }
      if (rest.length < at + 4 + length) return;
      const mask = rest.subarray(at, at + 4);
      const payload = Buffer.from(rest.subarray(at + 4, at + 4 + length).map((byte, index) => byte ^ mask[index % 4]));
      const opcode = rest[0] & 15;
      rest = rest.subarray(at + 4 + length);
      if (opcode === 8) return socket.end(encode(8, payload));
      if (opcode === 2) message(payload);
    }
  });
  socket.on('error', () => undefined);
  socket.on('close', closed);
  return { send: (payload) => socket.writable && socket.write(encode(2, payload)), close: () => socket.end(encode(8, Buffer.alloc(0))) };
}

/** Terminals that say back what is typed; `exit` ends one. They live on when their client leaves. */
export class Terminals {
  #live = new Map();

  open(request, socket, url) {
    const asked = url.searchParams.get('id');
    const resumed = this.#live.has(asked);
    const id = resumed ? asked : randomUUID();
    const terminal = this.#live.get(id) ?? { scrollback: Buffer.from('$ '), line: '', size: '' };
    terminal.line_?.close();
    this.#live.set(id, terminal);
    const out = (text) => {
      terminal.scrollback = Buffer.concat([terminal.scrollback, Buffer.from(text)]);
      channel.send(Buffer.concat([Buffer.from([18]), Buffer.from(text)]));
    };
    const channel = accept(
      request,
      socket,
      (payload) => {
        if (payload[0] === 2) terminal.size = `${payload.readUInt16BE(1)}x${payload.readUInt16BE(3)}`;
        if (payload[0] === 3) this.#end(id, channel, 'exited');
        if (payload[0] !== 1) return;
        const text = payload.subarray(1).toString();
        for (const letter of text) {
          if (letter !== '\r') {
            terminal.line += letter;
            out(letter);
            continue;
          }
          const line = terminal.line.replace(/\p{Cc}/gu, '').trim();
          terminal.line = '';
          if (line === 'exit') return this.#end(id, channel, 'exited');
          out(line === 'size' ? `\r\n${terminal.size}\r\n$ ` : line ? `\r\n\x1b[32msaid\x1b[0m \x1b[38;2;20;120;200m${line}\x1b[0m\r\n$ ` : '\r\n$ ');
        }
      },
      () => undefined
    );
    terminal.line_ = channel;
    channel.send(Buffer.concat([Buffer.from([17]), Buffer.from(JSON.stringify({ id, resumed, cut: false }))]));
    channel.send(Buffer.concat([Buffer.from([18]), terminal.scrollback]));
  }

  #end(id, channel, reason) {
    this.#live.delete(id);
    channel.send(Buffer.concat([Buffer.from([19]), Buffer.from(JSON.stringify({ reason, exit_code: 0 }))]));
    channel.close();
  }

  /** Breaks every line; the terminals live on. */
  cut() {
    for (const terminal of this.#live.values()) terminal.line_?.close();
  }
}
