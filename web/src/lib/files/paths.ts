/* Paths inside a server: absolute, with single slashes, without dots. */

export interface Entry {
  name: string;
  kind: 'file' | 'folder' | 'link' | 'other';
  size: number;
  mode: number;
  mtime_ms: number;
}

export function clean(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}

export function join(folder: string, name: string): string {
  return clean(`${folder}/${name}`);
}

export function parent(path: string): string {
  return clean(`${path}/..`);
}

/** Each folder on the way, from the root. */
export function crumbs(path: string): { name: string; path: string }[] {
  const parts = clean(path).split('/').filter(Boolean);
  return [{ name: '/', path: '/' }, ...parts.map((name, index) => ({ name, path: `/${parts.slice(0, index + 1).join('/')}` }))];
}

/** Folders first, then by name as people count. */
export function sorted(entries: Entry[]): Entry[] {
  const rank = (entry: Entry) => (entry.kind === 'folder' ? 0 : 1);
  return [...entries].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, undefined, { numeric: true }));
}

export function nameIsGood(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/') && new TextEncoder().encode(name).length <= 255;
}
