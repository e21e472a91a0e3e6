import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'svelte/compiler';
import { describe, expect, it } from 'vitest';

/* No page holds words of its own, and nothing that a strict content-security policy forbids. */
const root = new URL('../../src/', import.meta.url).pathname;
const pages = files(root).filter((path) => path.endsWith('.svelte'));
const WORDS = new Set(['aria-label', 'title', 'placeholder', 'alt', 'label', 'aria-description', 'text', 'legend']);
const LETTER = /\p{L}/u;

interface Node {
  type: string;
  name?: string;
  data?: string;
  value?: unknown;
  [key: string]: unknown;
}

describe.each(pages.map((path) => [path.slice(root.length), path] as const))('%s', (_name, path) => {
  const source = readFileSync(path, 'utf8');
  const ast = parse(source, { modern: true });

  it('has no words outside of the messages', () => {
    const found: string[] = [];
    walk(ast.fragment as unknown as Node, (node) => {
      if (node.type === 'Text' && LETTER.test(node.data ?? '')) found.push(node.data!.trim());
      if (node.type === 'StyleDirective') return false;
      if (node.type === 'Attribute') {
        if (!WORDS.has(node.name ?? '')) return false;
        for (const part of [node.value].flat() as Node[]) {
          if (part?.type === 'Text' && LETTER.test(part.data ?? '')) found.push(`${node.name}="${part.data}"`);
        }
        return false;
      }
      return true;
    });
    expect(found).toEqual([]);
  });

  it('has no inline style, no raw HTML and no handler in a string', () => {
    const found: string[] = [];
    walk(ast.fragment as unknown as Node, (node) => {
      if (node.type === 'HtmlTag') found.push('{@html}');
      if (node.type === 'Attribute' && node.name === 'style') found.push('style=');
      if (node.type === 'Attribute' && /^on/.test(node.name ?? '')) {
        for (const part of [node.value].flat() as Node[]) if (part?.type === 'Text') found.push(node.name!);
      }
      return true;
    });
    expect(found).toEqual([]);
  });
});

/** Visits every node; a visitor that answers false keeps its children unvisited. */
function walk(node: Node, visit: (node: Node) => boolean): void {
  if (!visit(node)) return;
  for (const value of Object.values(node)) {
    for (const child of [value].flat()) {
      if (typeof child === 'object' && child !== null && typeof (child as Node).type === 'string') walk(child as Node, visit);
    }
  }
}

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}${entry.name}`;
    return entry.isDirectory() ? files(`${path}/`) : [path];
  });
}
