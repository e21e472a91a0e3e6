import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import openapi from '../../../services/api/openapi.json';
import { apiTypes } from '../../scripts/api-types.mjs';
import { NAME_PATTERN, PASSWORD_MIN, TITLE_MAX } from '../../src/lib/ui/rules';
import { startFake } from '../fake/server.mjs';
import { faults, type Schema } from './schema';

it('the types are those of the document', async () => {
  const checkedIn = readFileSync(new URL('../../src/lib/api/schema.d.ts', import.meta.url), 'utf8');
  expect(checkedIn === (await apiTypes()), 'run `npm run types` and commit the result').toBe(true);
});

it('names and passwords have the same rules as in the document', () => {
  const { name, title } = openapi.components.schemas.ServerRequest.properties;
  const { password } = openapi.components.schemas.UserRequest.properties;
  expect(NAME_PATTERN.source).toBe(name.pattern);
  expect(title.maxLength).toBe(TITLE_MAX);
  expect(password.minLength).toBe(PASSWORD_MIN);
});

describe('the pretended api answers as the document says', () => {
  type Fake = Awaited<ReturnType<typeof startFake>>;
  let fake: Fake;
  let cookie = '';

  beforeAll(async () => {
    fake = await startFake();
    const answer = await fetch(`${fake.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'admin', password: 'password' })
    });
    expect(answer.status).toBe(201);
    cookie = answer.headers.get('set-cookie')!.split(';')[0]!;
  });
  afterAll(() => fake.stop());

  // What no page asks for yet is not pretended either: take it off this list with the page.
  const unused = ['/api/v1/audit', '/api/v1/console', '/api/v1/asyncapi.json', ...['hosts/{host}', 'servers/{server}'].flatMap((of) => [`/api/v1/${of}/habits`, `/api/v1/${of}/resource-log`])];
  // Bytes and lines, which no schema describes; the walks use them.
  const bytes = ['archive', 'file', 'logs', 'terminal'].map((part) => `/api/v1/servers/{server}/${part}`);
  const skipped = new Set(['/api/v1/events', '/api/v1/openapi.json', '/healthz', '/readyz', '/metrics', '/api/v1/tasks/{task}', '/api/v1/users/{user}', ...unused, ...bytes]);
  const paths = Object.entries(openapi.paths)
    .filter(([path, item]) => 'get' in item && !skipped.has(path))
    .map(([path]) => path);

  it.each(paths)('GET %s', async (path) => {
    const world = fake.world();
    const real = path
      .replace('{server}', world.web1.server)
      .replace('{host}', 'host-1')
      .replace('{plan}', world.planId)
      .concat(path.endsWith('/preview') ? '?template=web' : path.endsWith('/files') ? '?path=/srv' : path.endsWith('/upload') ? '?path=/srv/a&id=a' : '');
    const answer = await fetch(fake.url + real, { headers: { cookie } });
    expect(answer.status).toBe(200);
    const operation = (openapi.paths as unknown as Record<string, { get: { responses: Record<string, { content: Record<string, { schema: Schema }> }> } }>)[path]!.get;
    const schema = operation.responses['200']!.content['application/json']!.schema;
    expect(faults(await answer.json(), schema, openapi)).toEqual([]);
  });

  it('problems', async () => {
    const answer = await fetch(`${fake.url}/api/v1/servers/none`, { headers: { cookie } });
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(faults(await answer.json(), { $ref: '#/components/schemas/Problem' }, openapi)).toEqual([]);
  });

  it('the stream', async () => {
    const stop = new AbortController();
    const answer = await fetch(`${fake.url}/api/v1/events`, { headers: { cookie }, signal: stop.signal });
    const reader = answer.body!.getReader();
    let text = '';
    while (!/event: loads\ndata: .*\n\n/.test(text)) {
      text += new TextDecoder().decode((await reader.read()).value);
    }
    stop.abort();
    for (const match of text.matchAll(/^data: (.*)$/gm)) {
      expect(faults(JSON.parse(match[1]!), { $ref: '#/components/schemas/StreamEvent' }, openapi)).toEqual([]);
    }
  });
});
