/*
 * Addresses live behind the hash (/#/servers/…): any static server can serve them, and the one-time
 * token of the first run never reaches a server's log. A path such as /setup?token=… is taken over.
 */
export interface Route {
  parts: string[];
  query: URLSearchParams;
}

let current: Route = $state.raw(parse());

function parse(): Route {
  if (typeof location === 'undefined') return { parts: [], query: new URLSearchParams() };
  let text = location.hash.replace(/^#\/?/, '');
  if (text === '' && location.pathname !== '/') text = location.pathname.slice(1) + location.search;
  const [path = '', search = ''] = text.split('?');
  return {
    parts: path.split('/').filter(Boolean).map(decode),
    query: new URLSearchParams(search)
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function route(): Route {
  return current;
}

export function startRouter(): () => void {
  const follow = () => {
    current = parse();
  };
  addEventListener('hashchange', follow);
  addEventListener('popstate', follow);
  return () => {
    removeEventListener('hashchange', follow);
    removeEventListener('popstate', follow);
  };
}

export function go(path: string, replace = false): void {
  const target = `/#/${path.replace(/^\/+/, '')}`;
  if (replace) history.replaceState(null, '', target);
  else history.pushState(null, '', target);
  current = parse();
}

/** Changes one word of the query (range, filter) without a new step in the history. */
export function setQuery(name: string, value: string | null): void {
  const query = new URLSearchParams(current.query);
  if (value === null || value === '') query.delete(name);
  else query.set(name, value);
  const search = query.toString();
  go(current.parts.map(encodeURIComponent).join('/') + (search ? `?${search}` : ''), true);
}
