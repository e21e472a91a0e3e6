// Logs and files of the pretended servers: one small tree each, in memory.
import { createHash } from 'node:crypto';

const LINES = [
  'o listening on port 80', 'o GET / 200 1.2 ms', 'e warning: cache is cold', 'o GET /과제/3주차.html 200 3.4 ms', 'o \x1b[32mready\x1b[0m',
  'e error: cannot open /srv/web/missing.png: No such file or directory'
];

export class Bulk {
  #trees = new Map();
  #parts = new Map();
  /** fails this many pieces of uploads, as a broken line would */
  breakUploads = 0;

  #tree(server) {
    let tree = this.#trees.get(server);
    if (tree) return tree;
    const file = (text) => ({ kind: 'file', bytes: Buffer.from(text) });
    tree = new Map([
      ['/', { kind: 'folder' }],
      ['/srv', { kind: 'folder' }],
      ['/srv/www', { kind: 'folder' }],
      ['/srv/files', { kind: 'folder' }],
      ['/srv/www/images', { kind: 'folder' }],
      ['/srv/www/index.html', file('<!doctype html>\n<title>과제 모음</title>\n')],
      ['/srv/www/아주 긴 이름의 발표 자료 최종 최종본 (수정 3).pdf', { kind: 'file', bytes: Buffer.alloc(2_400_000) }],
      ['/srv/www/logo.png', { kind: 'file', bytes: Buffer.from([0x89, 0x50, 0, 1, 2, 0xff]) }]
    ]);
    this.#trees.set(server, tree);
    return tree;
  }

  at(server, path) {
    return this.#tree(server).get(path)?.bytes?.toString();
  }

  async handle(verb, server, request, response, url) {
    const tree = this.#tree(server.server);
    const path = url.searchParams.get('path') ?? '';
    const method = request.method;
    const json = (body, status = 200, headers = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    };
    const refuse = (code, status) => json({ type: `/problems/${code}`, code, status, title: code, detail: '', next: '', params: { path }, trace_id: '0'.repeat(32) }, status, { 'content-type': 'application/problem+json' });
    const body = async () => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      return Buffer.concat(chunks);
    };
    const etag = (bytes) => `"${createHash('sha1').update(bytes).digest('hex')}"`;

    if (verb === 'logs') return this.#logs(response, url);
    const entry = tree.get(path);
    if (verb === 'files') {
      if (entry?.kind !== 'folder') return refuse('file-not-found', 404);
      const under = path === '/' ? '/' : `${path}/`;
      const entries = [...tree].filter(([name]) => name !== '/' && name.startsWith(under) && !name.slice(under.length).includes('/')).map(([name, item]) => ({
        name: name.slice(under.length), kind: item.kind, size: item.bytes?.length ?? 4096, mode: item.kind === 'folder' ? 0o755 : 0o644, mtime_ms: Date.UTC(2026, 10, 23, 1, 2)
      }));
      return json({ path, entries, cut: false });
    }
    if (verb === 'upload') {
      const key = `${server.server}${path}${url.searchParams.get('id')}`;
      const part = this.#parts.get(key) ?? Buffer.alloc(0);
      if (method === 'GET') return json({ offset: part.length });
      const piece = await body();
      if (this.breakUploads > 0) {
        this.breakUploads -= 1;
        return response.destroy();
      }
      if (Number(url.searchParams.get('offset')) !== part.length) return refuse('file-changed', 409);
      const all = Buffer.concat([part, piece]);
      this.#parts.set(key, all);
      const done = all.length === Number(url.searchParams.get('size'));
      if (done) {
        tree.set(path, { kind: 'file', bytes: all });
        this.#parts.delete(key);
      }
      return json({ offset: all.length, ...(done ? { done } : {}) });
    }
    if (verb === 'folder') {
      tree.set(path, { kind: 'folder' });
      return json({ path }, 201);
    }
    if (!entry) return refuse('file-not-found', 404);
    if (verb === 'rename') {
      const to = url.searchParams.get('to');
      for (const [name, item] of [...tree]) {
        if (name !== path && !name.startsWith(`${path}/`)) continue;
        tree.delete(name);
        tree.set(to + name.slice(path.length), item);
      }
      return json({ path: to });
    }
    if (method === 'DELETE') {
      for (const name of [...tree.keys()]) if (name === path || name.startsWith(`${path}/`)) tree.delete(name);
      response.writeHead(204);
      return response.end();
    }
    if (method === 'PUT') {
      const match = request.headers['if-match'];
      if (match && match !== etag(entry.bytes)) return refuse('file-changed', 412);
      entry.bytes = await body();
      return json({ path, size: entry.bytes.length, etag: etag(entry.bytes) }, 200, { etag: etag(entry.bytes) });
    }
    response.writeHead(200, { 'content-type': 'application/octet-stream', etag: etag(entry.bytes ?? Buffer.alloc(0)) });
    return response.end(entry.bytes);
  }

  #logs(response, url) {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
    const line = (index) => `${new Date(Date.UTC(2026, 10, 24, 1, 0, index)).toISOString().replace('Z', '456789Z')} ${LINES[index % LINES.length]}\n`;
    const count = Math.min(40, Number(url.searchParams.get('tail') ?? 200));
    response.write(Array.from({ length: count }, (_value, index) => line(index)).join(''));
    if (url.searchParams.get('follow') !== '1') return response.end();
    let next = count;
    const timer = setInterval(() => response.write(line(next++)), 250);
    return response.on('close', () => clearInterval(timer));
  }
}
