// One HTTP request to the edge. Names below localhost are the edge itself, whatever DNS says, and
// the Host header is ours: fetch() allows neither.
import http from 'node:http';

export const consoleUrl = new URL(process.env.NEAPTIDE_URL ?? 'http://console.localhost:8088');

/** Where the edge listens: the same port on loopback. */
const edge = { host: '127.0.0.1', port: consoleUrl.port || 80 };

export const serverUrl = (name, path = '/') =>
  new URL(path, `${consoleUrl.protocol}//${name}.s.localhost:${consoleUrl.port}`);

const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

/** Resolves to { status, headers, text, json() }; rejects on a broken connection. */
export function request(url, { method = 'GET', headers = {}, body, timeoutMs = 15_000, signal } = {}) {
  return new Promise((resolve, reject) => {
    const call = http.request(
      {
        agent,
        ...edge,
        path: url.pathname + url.search,
        method,
        headers: { Host: url.host, ...(body ? { 'Content-Length': Buffer.byteLength(body) } : {}), ...headers },
        signal,
      },
      (answer) => {
        const parts = [];
        answer.on('data', (part) => parts.push(part));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(parts).toString('utf8');
          resolve({ status: answer.statusCode, headers: answer.headers, text, json: () => JSON.parse(text) });
        });
      },
    );
    call.setTimeout(timeoutMs, () => call.destroy(new Error(`${method} ${url}: no answer in ${timeoutMs} ms`)));
    call.on('error', reject);
    call.end(body);
  });
}

/** Server-sent events as an async iterator of { id, event, data }; ends with the connection. */
export async function* eventStream(url, { headers = {}, signal } = {}) {
  const answer = await new Promise((resolve, reject) => {
    const call = http.request(
      { ...edge, path: url.pathname + url.search, headers: { Host: url.host, Accept: 'text/event-stream', ...headers }, signal },
      resolve,
    );
    call.on('error', reject);
    call.end();
  });
  if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.statusCode}`);
  answer.setEncoding('utf8');
  let text = '';
  for await (const part of answer) {
    text += part;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = { data: '' };
      for (const line of text.slice(0, end).split('\n')) {
        const colon = line.indexOf(':');
        if (colon > 0) event[line.slice(0, colon)] = line.slice(colon + 1).trimStart();
      }
      text = text.slice(end + 2);
      if (event.data) yield { ...event, data: JSON.parse(event.data) };
    }
  }
}
