// A person at the REST interface: signs in, creates servers, waits for their states.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { consoleUrl, eventStream, request } from './http.mjs';
import { until } from './until.mjs';

export class ProblemError extends Error {
  constructor(what, answer) {
    let problem = {};
    try {
      problem = answer.json();
    } catch {
      // not JSON: the status alone must do
    }
    super(`${what}: ${answer.status} ${problem.code ?? answer.text.slice(0, 200)} ${problem.detail ?? ''}`);
    this.status = answer.status;
    this.problem = problem;
    this.headers = answer.headers;
  }
}

export class Client {
  #cookie = '';

  get cookieName() {
    return this.#cookie.split('=')[0];
  }

  /** One call; resolves to the answer whatever its status. body is JSON unless it is a string. */
  async send(method, path, { body, headers = {}, ...options } = {}) {
    const isText = typeof body === 'string' || body instanceof Uint8Array;
    const answer = await request(new URL(path, consoleUrl), {
      method,
      headers: {
        ...(this.#cookie ? { Cookie: this.#cookie } : {}),
        ...(method === 'GET' ? {} : { Origin: consoleUrl.origin }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: body === undefined || isText ? body : JSON.stringify(body),
      ...options,
    });
    for (const line of answer.headers['set-cookie'] ?? []) this.#cookie = line.split(';')[0];
    return answer;
  }

  /** The JSON of a 2xx answer; anything else throws a ProblemError. */
  async call(method, path, options) {
    const answer = await this.send(method, path, options);
    if (answer.status >= 300) throw new ProblemError(`${method} ${path}`, answer);
    return answer.text ? answer.json() : undefined;
  }

  get(path) {
    return this.call('GET', path);
  }

  /**
   * A mutation. Repeats with the same key while the answer is "later" (202, 503), so that it is decided
   * once, and resolves to the decision.
   */
  async mutate(method, path, body, { key = randomUUID(), timeoutMs = 60_000, headers = {} } = {}) {
    return until(
      `${method} ${path}`,
      async () => {
        const answer = await this.send(method, path, { body, headers: { 'Idempotency-Key': key, ...headers } });
        if (answer.status < 300 && answer.status !== 202) return answer.text ? answer.json() : {};
        const error = new ProblemError(`${method} ${path}`, answer);
        error.final = ![202, 408, 429, 502, 503, 504].includes(answer.status);
        throw error;
      },
      { timeoutMs },
    );
  }

  async signIn(name, password) {
    await this.call('POST', '/api/v1/session', { body: { name, password } });
    return this;
  }

  events(signal, lastEventId) {
    return eventStream(new URL('/api/v1/events', consoleUrl), {
      signal,
      headers: { Cookie: this.#cookie, ...(lastEventId ? { 'Last-Event-ID': lastEventId } : {}) },
    });
  }

  /** Follows after and gives every item of a list. */
  async list(path) {
    const items = [];
    let after = null;
    do {
      const page = await this.get(`${path}?limit=100${after ? `&after=${encodeURIComponent(after)}` : ''}`);
      items.push(...page.items);
      after = page.next ?? null;
    } while (after);
    return items;
  }

  async servers() {
    return this.list('/api/v1/servers');
  }

  async server(id) {
    return this.get(`/api/v1/servers/${id}`);
  }

  /** Asks for a server and resolves to it once it is decided (it may still be preparing). */
  async create({ name, template = 'web', size = 'small', ...more }, options) {
    const answer = await this.mutate('POST', '/api/v1/servers', { name, template, size, ...more }, options);
    return answer.server;
  }

  async act(server, verb, body) {
    return this.mutate('POST', `/api/v1/servers/${server.server}/${verb}`, body);
  }

  async remove(server) {
    return this.mutate('DELETE', `/api/v1/servers/${server.server}`);
  }

  async untilState(server, state, options) {
    return until(`${server.name} to be ${state}`, async () => {
      const now = await this.server(server.server);
      if (now.state === state) return now;
      const error = new Error(`it is ${now.state}${now.fault ? ` (${JSON.stringify(now.fault)})` : ''}`);
      error.final = now.state === 'failed' && state !== 'failed';
      throw error;
    }, { timeoutMs: 60_000, ...options });
  }
}

/** A name is taken until 24 h after its server is deleted: tests that run twice need new ones. */
export const fresh = (name) => `${name}-${randomUUID().slice(0, 4)}`;

export const ADMIN = { name: 'admin', password: 'harbour-master-42' };

/** The administrator, made by the one-time link where there is none yet. */
export async function administrator() {
  const client = new Client();
  await until('the console to answer', () => client.get('/api/v1/setup'), { timeoutMs: 60_000 });
  const setup = await client.get('/api/v1/setup');
  if (setup.needed) {
    const token = process.env.NEAPTIDE_SETUP_TOKEN ?? readFileSync(process.env.NEAPTIDE_SETUP_TOKEN_FILE, 'utf8').trim();
    await client.mutate('POST', '/api/v1/setup', { token, ...ADMIN, language: 'en' });
  }
  await until('the sign-in', () => client.signIn(ADMIN.name, ADMIN.password), { timeoutMs: 30_000 });
  return client;
}
