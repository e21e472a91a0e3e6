// A pretended api for looking at pages and for the tests of the page itself. It answers as
// services/api/openapi.json says (tests/fake.test.ts checks that), keeps everything in memory and
// serves dist/ under the same content-security policy as the real one.
import { randomBytes, randomUUID } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Bulk } from './bulk.mjs';
import { CATALOGUE, SIZES } from './catalogue.mjs';
import { Terminals } from './socket.mjs';
import { World } from './world.mjs';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const table = JSON.parse(
  readFileSync(new URL('../../../schemas/problems.json', import.meta.url), 'utf8')
).problems;
export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json' };

class Refused extends Error {
  constructor(code, params = {}, errors) {
    super(code);
    Object.assign(this, { code, params, errors });
  }
}

export async function startFake({ port = 0, scenario = {}, preparingMs = 900 } = {}) {
  let world;
  const streams = new Set();
  const terminals = new Terminals();
  let bulk = new Bulk();
  let eventId = 0;
  let gate = Promise.resolve();

  const send = (type, body, user) => {
    const id = type === 'loads' ? '' : `id: ${++eventId}\n`;
    const text = `${id}event: ${type}\ndata: ${JSON.stringify({ type, ...body })}\n\n`;
    for (const stream of streams) {
      if (user && stream.user !== user && stream.user.role !== 'admin') continue;
      stream.response.write(text);
    }
  };
  const changed = (server) => {
    server.revision += 1;
    server.since_ms = world.now();
    send('server', { server: world.serverView(server) }, server.ownerUser);
  };
  const happened = (server, kind, params = {}) => {
    const event = world.event(server, kind, params);
    world.events.unshift(event);
    send('server-event', { event }, server.ownerUser);
  };
  const later = (ms, act) => setTimeout(act, ms).unref();

  const ticker = setInterval(() => {
    const at_ms = world.now();
    const hosts = world.hosts.map((host) => ({ id: host.host, ...pick(world.hostLoad(host, at_ms)) }));
    for (const stream of streams) {
      const servers = world.servers
        .filter((s) => s.state === 'running' && (stream.user.role === 'admin' || s.ownerUser === stream.user))
        .map((s) => ({ id: s.server, ...pick(world.serverLoad(s, at_ms)) }));
      stream.response.write(`event: loads\ndata: ${JSON.stringify({ type: 'loads', loads: { at_ms, hosts, servers, older: false } })}\n\n`);
    }
  }, 1000);

  function pick({ cpu_milli, mem_bytes, cpu_pct, mem_pct }) {
    return { cpu_milli, mem_bytes, cpu_pct, mem_pct };
  }

  function start(server) {
    server.state = 'preparing';
    server.fault = null;
    changed(server);
    void gate.then(() => later(preparingMs, () => {
      server.state = 'running';
      server.applied = { ...server.granted };
      changed(server);
      happened(server, 'started', { host: server.host });
    }));
  }

  function move(server, to) {
    const from = server.host;
    const step = (phase, after, then) =>
      later(after, () => {
        server.state = phase === 'done' ? 'running' : 'moving';
        server.move = phase === 'done' ? null : { ...movement, phase };
        if (phase === 'done') {
          server.host = to;
          server.planned_move = null;
        }
        changed(server);
        then?.();
      });
    const movement = {
      move: randomUUID(), server: server.server, name: server.name, from, to, phase: 'copying', since_ms: Date.now(),
      cutover_at_ms: world.now() + 2000, ended_ms: null, pause_ms: null, plan: null, reason: { key: 'move.asked', params: {} }
    };
    step('copying', 50);
    step('holding', 900);
    step('cutover', 1300);
    step('done', 1900, () => happened(server, 'moved', { from, to, pause_ms: 520 }));
  }

  const answer = (server, sentence = null) => ({ server: world.serverView(server), after: `${server.server}@${server.revision}`, sentence });

  const routes = [
    ['GET', '/api/v1/setup', 'public', () => {
      world.polls += 1;
      const waiting = world.setup && world.polls < 3;
      const part = (name, ready) => ({ part: name, ready, message: ready ? null : { key: 'setup.waiting', params: { part: name } } });
      return { needed: world.users.length === 0, ready: !waiting, parts: [part('kafka', !waiting), part('redis', true), part('topics', !waiting), part('balancer', !waiting), part('host', true), part('account', true)] };
    }],
    ['POST', '/api/v1/setup', 'public', ({ body, reply }) => {
      if (world.users.length > 0) throw new Refused('setup-done');
      if (body.token !== world.token) throw new Refused('setup-token-wrong');
      world.admin = Object.assign(world.addUser(body.name, body.password, 'admin', 8000, 16 * 1024 ** 3, 20), { language: body.language ?? 'en' });
      return signedIn(world.admin, reply);
    }],
    ['POST', '/api/v1/session', 'public', ({ body, reply }) => {
      const user = world.users.find((item) => item.name === body.name && item.password === body.password);
      if (!user) throw new Refused('sign-in-failed');
      if (body.language) user.language = body.language;
      return signedIn(user, reply);
    }],
    ['GET', '/api/v1/session', 'user', ({ user }) => session(user)],
    ['PATCH', '/api/v1/session', 'user', ({ user, body }) => session(Object.assign(user, { language: body.language }))],
    ['DELETE', '/api/v1/session', 'user', ({ token, reply }) => {
      world.sessions.delete(token);
      reply.status = 204;
    }],
    ['GET', '/api/v1/me', 'user', ({ user }) => ({ user: user.user, name: user.name, role: user.role, language: user.language, quota: world.quota(user) })],
    ['GET', '/api/v1/users', 'admin', () => page(world.users.map((user) => world.userView(user)))],
    ['POST', '/api/v1/users', 'admin', ({ body, reply }) => {
      if (world.users.some((user) => user.name === body.name)) throw new Refused('name-taken', { name: body.name });
      reply.status = 201;
      const { cpu_milli, mem_bytes, servers } = body.quota;
      return world.userView(world.addUser(body.name, body.password, body.role ?? 'person', cpu_milli, mem_bytes, servers));
    }],
    ['PATCH', '/api/v1/users/:user', 'admin', ({ person, body }) => {
      Object.assign(person, { role: body.role ?? person.role, disabled: body.disabled ?? person.disabled, limit: body.quota ?? person.limit });
      person.revision += 1;
      return world.userView(person);
    }],
    ['DELETE', '/api/v1/users/:user', 'admin', ({ person, query, reply }) => {
      const mine = world.servers.filter((server) => server.ownerUser === person);
      if (mine.length > 0 && query.get('servers') !== 'delete') throw new Refused('person-has-servers', { name: person.name, count: mine.length });
      world.servers = world.servers.filter((server) => server.ownerUser !== person);
      world.users = world.users.filter((item) => item !== person);
      reply.status = 204;
    }],
    ['POST', '/api/v1/users/:user/link', 'admin', ({ person, reply }) => {
      person.link = randomBytes(12).toString('hex');
      reply.status = 201;
      return { kind: person.password ? 'reset' : 'invite', url: `http://127.0.0.1:${world.port}/#/welcome?token=${person.link}`, token: person.link, expires_ms: Date.now() + 86_400_000 };
    }],
    ['POST', '/api/v1/link', 'public', ({ body }) => {
      const person = world.users.find((item) => item.link && item.link === body.token);
      if (!person) throw new Refused('link-wrong');
      return { kind: person.password ? 'reset' : 'invite', name: person.name, language: 'en', expires_ms: Date.now() + 86_400_000 };
    }],
    ['POST', '/api/v1/link/password', 'public', ({ body, reply }) => {
      const person = world.users.find((item) => item.link && item.link === body.token);
      if (!person) throw new Refused('link-wrong');
      Object.assign(person, { password: body.password, link: undefined });
      return signedIn(person, reply);
    }],
    ['POST', '/api/v1/me/password', 'user', ({ user, body, reply }) => {
      if (user.password !== body.current) throw new Refused('password-wrong');
      user.password = body.password;
      return signedIn(user, reply);
    }],
    ['GET', '/api/v1/sessions', 'user', () => page([world.signIn('session', '', true), world.signIn('session', '', false)])],
    ['DELETE', '/api/v1/sessions/:session', 'user', ({ reply }) => void (reply.status = 204)],
    ['GET', '/api/v1/tokens', 'user', ({ user }) => page(world.tokens.filter((item) => item.ownerUser === user).map(({ ownerUser: _owner, ...token }) => token))],
    ['POST', '/api/v1/tokens', 'user', ({ user, body, reply }) => {
      const info = world.signIn('token', body.title, false);
      world.tokens.push({ ...info, ownerUser: user });
      reply.status = 201;
      return { token: `nt_${randomBytes(16).toString('hex')}`, info };
    }],
    ['DELETE', '/api/v1/tokens/:token', 'user', ({ token_, reply }) => {
      world.tokens = world.tokens.filter((item) => item.session !== token_);
      reply.status = 204;
    }],
    ['GET', '/api/v1/templates', 'user', () => CATALOGUE],
    ['GET', '/api/v1/servers', 'user', ({ user, query }) => {
      const all = query.get('owner') === 'all' && user.role === 'admin';
      return page(world.servers.filter((server) => all || server.ownerUser === user).map((server) => world.serverView(server)));
    }],
    ['POST', '/api/v1/servers', 'user', ({ user, body, reply }) => {
      if (!/^[a-z][a-z0-9-]{1,30}$/.test(body.name)) throw new Refused('name-invalid');
      if (world.servers.some((server) => server.name === body.name)) throw new Refused('name-taken', { name: body.name });
      const fit = world.preview(user, body.template).items.find((item) => item.size === body.size);
      if (fit.fits === 'quota') throw new Refused('quota-memory', { limit_bytes: user.limit.mem_bytes, used_bytes: world.quota(user).used.mem_bytes, asked_bytes: fit.requested.mem_bytes });
      const server = world.addServer({ name: body.name, title: body.title ?? body.name, owner: user, template: body.template, size: body.size, host: 'host-2', state: 'preparing', granted: fit.granted.cpu_milli });
      server.created_ms = world.now();
      happened(server, 'created', { host: server.host });
      start(server);
      reply.status = 201;
      return answer(server, fit.sentence);
    }],
    ['GET', '/api/v1/servers/preview', 'user', ({ user, query }) => world.preview(user, query.get('template'), world.servers.find((server) => server.server === query.get('server')))],
    ['GET', '/api/v1/servers/:server', 'user', ({ server }) => world.serverView(server)],
    ['PATCH', '/api/v1/servers/:server', 'user', ({ server, body, match }) => {
      if (match !== undefined && match !== server.revision) throw new Refused('revision-changed', { revision: server.revision });
      server.title = body.title;
      changed(server);
      happened(server, 'renamed', { title: body.title });
      return answer(server);
    }],
    ['DELETE', '/api/v1/servers/:server', 'user', ({ server }) => {
      server.state = 'deleting';
      changed(server);
      const said = answer(server);
      later(preparingMs, () => {
        world.servers = world.servers.filter((item) => item !== server);
        happened(server, 'deleted');
        send('server-gone', { server: server.server }, server.ownerUser);
      });
      return said;
    }],
    ['POST', '/api/v1/servers/:server/start', 'user', ({ server }) => (start(server), answer(server))],
    ['POST', '/api/v1/servers/:server/stop', 'user', ({ server }) => {
      later(preparingMs / 2, () => {
        server.state = 'stopped';
        server.applied = null;
        changed(server);
        happened(server, 'stopped', { host: server.host });
      });
      return answer(server);
    }],
    ['POST', '/api/v1/servers/:server/restart', 'user', ({ server }) => (start(server), answer(server))],
    ['POST', '/api/v1/servers/:server/resize', 'user', ({ server, body }) => {
      const size = SIZES.find((item) => item.size === body.size);
      server.size = size.size;
      server.requested = { cpu_milli: size.cpu_milli, mem_bytes: size.mem_bytes };
      server.granted = { ...server.requested };
      server.reason = null;
      changed(server);
      later(preparingMs / 2, () => {
        if (server.state === 'running') server.applied = { ...server.granted };
        changed(server);
        happened(server, 'resized', server.granted);
      });
      return answer(server);
    }],
    ['POST', '/api/v1/servers/:server/move', 'admin', ({ server, body }) => (move(server, body.host), answer(server))],
    ...['stay', 'defer', 'consent'].map((verb) => ['POST', `/api/v1/servers/:server/${verb}`, 'user', ({ server }) => {
      if (verb === 'stay') server.planned_move = null;
      changed(server);
      return answer(server);
    }]),
    ['POST', '/api/v1/servers/:server/pin', 'user', ({ server, body }) => {
      server.pinned = body.pinned;
      changed(server);
      return answer(server);
    }],
    ['GET', '/api/v1/servers/:server/access', 'user', () => ({ user: 'me', password: 'calm-harbour-41' })],
    ['GET', '/api/v1/servers/:server/load', 'user', ({ server, query }) => {
      const [from, to, points] = range(query);
      const at = (ms) => (ms >= server.created_ms && server.state !== 'stopped' ? world.serverLoad(server, ms) : null);
      return world.loadSeries(server.server, at, { cpu_limit_milli: server.granted.cpu_milli, mem_limit_bytes: server.granted.mem_bytes }, from, to, points);
    }],
    ['GET', '/api/v1/servers/:server/forecast', 'user', ({ server }) => world.serverForecast(server)],
    ['GET', '/api/v1/servers/:server/events', 'user', ({ server }) => page(world.events.filter((event) => event.server === server.server))],
    ['GET', '/api/v1/server-events', 'user', ({ user, query }) => {
      const mine = new Set(world.servers.filter((server) => query.get('owner') === 'all' || server.ownerUser === user).map((server) => server.server));
      const all = world.events.filter((event) => (query.get('owner') === 'all' || mine.has(event.server)) && (!query.get('kind') || event.kind === query.get('kind')));
      const at = Number(query.get('after') ?? 0);
      const end = at + Number(query.get('limit') ?? 100);
      return { items: all.slice(at, end), next: end < all.length ? String(end) : null };
    }],
    ['GET', '/api/v1/hosts', 'user', () => page(world.hosts.map((host) => world.hostView(host)))],
    ['GET', '/api/v1/hosts/:host', 'user', ({ host }) => world.hostView(host)],
    ['GET', '/api/v1/hosts/:host/load', 'user', ({ host, query }) => {
      const [from, to, points] = range(query);
      return world.loadSeries(host.host, (ms) => world.hostLoad(host, ms), { cpu_limit_milli: host.cpu, mem_limit_bytes: host.mem }, from, to, points);
    }],
    ['GET', '/api/v1/hosts/:host/forecast', 'user', ({ host }) => world.hostForecast(host)],
    ['POST', '/api/v1/hosts/:host/cordon', 'admin', ({ host, body }) => hostChanged(host, { cordoned: body.cordoned })],
    ['POST', '/api/v1/hosts/:host/role', 'admin', ({ host, body }) => hostChanged(host, { role: body.role })],
    ['GET', '/api/v1/windows', 'admin', ({ query }) => page([world.window].filter((window) => window && (!query.get('host') || window.host === query.get('host'))))],
    ['GET', '/api/v1/tide', 'admin', ({ query }) => world.tide(query.get('resource') ?? 'cpu')],
    ['GET', '/api/v1/moves', 'admin', () => page([world.planned, world.doneMove].filter(Boolean))],
    ['GET', '/api/v1/plans', 'admin', () => page([world.plan, world.oldPlan].filter(Boolean).map((plan) => ({ ...plan, curves: [], rejected: [] })))],
    ['GET', '/api/v1/plans/:plan', 'admin', ({ plan }) => plan],
    ['GET', '/api/v1/pool', 'user', () => world.pool()],
    ['PATCH', '/api/v1/pool', 'admin', ({ body }) => {
      world.mode = body.mode;
      world.poolRevision += 1;
      send('pool', { pool: world.pool() });
      return { pool: world.pool(), after: `pool@${world.poolRevision}` };
    }],
    ['GET', '/api/v1/tasks', 'user', ({ user }) => page(world.tasks.filter((task) => task.ownerUser === user).map((task) => world.taskView(task)))]
  ];

  const range = (query) => {
    const to = Number(query.get('to_ms') ?? world.now());
    return [Number(query.get('from_ms') ?? to - 3_600_000), to, Number(query.get('points') ?? 300)];
  };
  const page = (items) => ({ items, next: null });
  const session = (user) => ({ user: user.user, name: user.name, role: user.role, language: user.language, expires_ms: Date.now() + 86_400_000 });
  function signedIn(user, reply) {
    const token = randomBytes(16).toString('hex');
    world.sessions.set(token, user);
    reply.status = 201;
    reply.headers['set-cookie'] = `neaptide-dev=${token}; Path=/; HttpOnly; SameSite=Strict`;
    return session(user);
  }
  function hostChanged(host, change) {
    Object.assign(host, change);
    host.revision += 1;
    const view = world.hostView(host);
    send('host', { host: view });
    return { host: view, after: `${host.host}@${host.revision}` };
  }

  function find(method, path) {
    for (const [verb, pattern, access, handler] of routes) {
      if (verb !== method) continue;
      const names = [];
      const match = new RegExp(`^${pattern.replace(/:(\w+)/g, (_all, name) => (names.push(name), '([^/]+)'))}$`).exec(path);
      if (match) return { access, handler, params: Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1])])) };
    }
    return undefined;
  }

  async function api(request, response, url) {
    const lang = (request.headers['accept-language'] ?? 'en').startsWith('ko') ? 'ko' : 'en';
    const reply = { status: 200, headers: {} };
    try {
      const token = /neaptide-dev=([0-9a-f]+)/.exec(request.headers.cookie ?? '')?.[1];
      const user = world.sessions.get(token);
      const route = find(request.method, url.pathname);
      const isStream = url.pathname === '/api/v1/events';
      if (!route && !isStream) throw new Refused('not-found');
      if (!user && (isStream || route.access !== 'public')) throw new Refused('sign-in-needed');
      if (route?.access === 'admin' && user.role !== 'admin') throw new Refused('administrator-only');
      if (isStream) return stream(response, user);
      const context = { user, token, query: url.searchParams, reply, body: await json(request) };
      if (request.headers['if-match']) context.match = Number(request.headers['if-match'].replaceAll('"', ''));
      if (route.params.server) context.server = world.servers.find((s) => s.server === route.params.server && (s.ownerUser === user || user.role === 'admin'));
      if (route.params.user) context.person = world.users.find((item) => item.user === route.params.user);
      context.token_ = route.params.token;
      if (route.params.host) context.host = world.hosts.find((h) => h.host === route.params.host);
      if (route.params.plan) context.plan = [world.plan, world.oldPlan].find((p) => p?.plan === route.params.plan);
      for (const name of Object.keys(route.params)) if (!context[name]) throw new Refused('not-found');
      const body = route.handler(context);
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
      response.end(body === undefined ? '' : JSON.stringify(body));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const row = table.find((item) => item.code === error.code);
      const fill = (text) => text.replace(/\{(\w+)\}/g, (_all, name) => String(error.params[name] ?? ''));
      response.writeHead(row.status, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({
        type: `/problems/${error.code}`, code: error.code, status: row.status, title: row[lang].title, detail: fill(row[lang].detail),
        next: fill(row[lang].next), params: error.params, trace_id: randomBytes(16).toString('hex'), ...(error.errors ? { errors: error.errors } : {})
      }));
    }
  }

  function stream(response, user) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(`event: hello\ndata: ${JSON.stringify({ type: 'hello', at_ms: world.now(), version: '0.1.0' })}\n\n`);
    const entry = { response, user };
    streams.add(entry);
    response.on('close', () => streams.delete(entry));
  }

  async function json(request) {
    let text = '';
    for await (const chunk of request) text += chunk;
    return text ? JSON.parse(text) : undefined;
  }

  function file(request, response, path) {
    const full = normalize(join(dist, path === '/' ? 'index.html' : path));
    const found = full.startsWith(dist) && existsSync(full) && statSync(full).isFile() ? full : join(dist, 'index.html');
    const squeezed = existsSync(`${found}.gz`) && /gzip/.test(request.headers['accept-encoding'] ?? '');
    response.writeHead(200, {
      'content-type': TYPES[extname(found)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
      'cache-control': found.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      ...(squeezed ? { 'content-encoding': 'gzip' } : {})
    });
    createReadStream(squeezed ? `${found}.gz` : found).pipe(response);
  }

  const http = createServer((request, response) => {
    const url = new URL(request.url, 'http://fake');
    if (request.headers.host?.includes('.s.localhost')) {
      response.writeHead(200, { 'content-type': 'text/html' });
      return response.end('<!doctype html><html lang="en"><title>a server</title><p>a server</p></html>');
    }
    const [, id, verb] = /^\/api\/v1\/servers\/([^/]+)\/(logs|files|file|archive|upload|folder|rename)$/.exec(url.pathname) ?? [];
    const bulky = world.servers.find((server) => server.server === id);
    if (bulky && world.sessions.has(/neaptide-dev=([0-9a-f]+)/.exec(request.headers.cookie ?? '')?.[1])) {
      void bulk.handle(verb, bulky, request, response, url);
    } else if (url.pathname.startsWith('/api/')) {
      api(request, response, url).catch((error) => {
        console.error(error);
        response.destroy();
      });
    } else file(request, response, url.pathname);
  });
  http.on('upgrade', (request, socket) => {
    const url = new URL(request.url, 'http://fake');
    const id = /^\/api\/v1\/servers\/([^/]+)\/terminal$/.exec(url.pathname)?.[1];
    const token = /neaptide-dev=([0-9a-f]+)/.exec(request.headers.cookie ?? '')?.[1];
    const server = world.servers.find((item) => item.server === id);
    if (!world.sessions.has(token) || server?.state !== 'running') return socket.end('HTTP/1.1 409 Conflict\r\nConnection: close\r\n\r\n');
    terminals.open(request, socket, url);
  });
  await new Promise((resolve) => http.listen(port, '127.0.0.1', resolve));
  world = new World({ ...scenario, port: http.address().port });

  return {
    url: `http://127.0.0.1:${http.address().port}`,
    token: () => world.token,
    world: () => world,
    bulk: () => bulk,
    reset(next) {
      for (const { response } of streams) response.end();
      bulk = new Bulk();
      world = new World({ ...next, port: http.address().port });
    },
    /** Keeps servers in Preparing until what it returns is called. */
    hold() {
      let release;
      gate = new Promise((resolve) => (release = resolve));
      return release;
    },
    /** Cuts every stream, as a broken line would. */
    cut() {
      terminals.cut();
      for (const { response } of streams) response.destroy();
    },
    /** Changes the newest task of a kind and says so. */
    task(kind, change) {
      const task = world.tasks.find((item) => item.kind === kind);
      send('task', { task: world.taskView(Object.assign(task, change)) }, task.ownerUser);
    },
    move: (name, to) => move(world.servers.find((server) => server.name === name), to),
    async stop() {
      clearInterval(ticker);
      for (const { response } of streams) response.end();
      http.closeAllConnections?.();
      await new Promise((resolve) => http.close(resolve));
    }
  };
}
