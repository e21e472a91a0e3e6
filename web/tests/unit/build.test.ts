import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

import type { Manifest } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const BUDGET = 80 * 1024;
let out = '';
let manifest: Manifest = {};
let html = '';

beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), 'neaptide-web-'));
  // As `npm run build` does it, in a process without the settings of the tests.
  const { VITEST: _vitest, NODE_ENV: _mode, ...env } = process.env;
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  execFileSync(process.execPath, [vite, 'build', '--outDir', out, '--emptyOutDir', '--logLevel', 'error'], { cwd: root, env });
  manifest = JSON.parse(readFileSync(join(out, '.vite/manifest.json'), 'utf8')) as Manifest;
  html = readFileSync(join(out, 'index.html'), 'utf8');
});

afterAll(() => rmSync(out, { recursive: true, force: true }));

const gzipped = (name: string) =>
  existsSync(join(out, `${name}.gz`)) ? readFileSync(join(out, `${name}.gz`)).length : readFileSync(join(out, name)).length;

/** A chunk and everything that it needs before it runs. */
function needed(key: string, into = new Set<string>()): Set<string> {
  const chunk = manifest[key]!;
  if (into.has(chunk.file)) return into;
  into.add(chunk.file);
  for (const style of chunk.css ?? []) into.add(style);
  for (const other of chunk.imports ?? []) needed(other, into);
  return into;
}

function keyOf(name: string): string {
  const key = Object.keys(manifest).find((item) => item === name || manifest[item]!.file.startsWith(`assets/${name}-`));
  expect(key, name).toBeDefined();
  return key!;
}

describe('first load', () => {
  it.each(['en', 'ko'])('takes at most 80 KiB gzip in %s', (lang) => {
    const files = needed(keyOf('index.html'));
    needed(keyOf(lang), files);
    const boot = /src="\/(assets\/boot-[^"]+)"/.exec(html)![1]!;
    const all = ['index.html', 'icon.svg', boot, ...files];
    const total = all.reduce((sum, name) => sum + gzipped(name), 0);
    console.info(`first load (${lang}): ${(total / 1024).toFixed(1)} KiB gzip in ${all.length} files`);
    expect(total).toBeLessThanOrEqual(BUDGET);
  });

  it('has no charts in it', () => {
    const files = [...needed(keyOf('index.html'))].join(' ');
    expect(files).not.toMatch(/uplot/i);
  });
});

describe('what is built', () => {
  const assets = () => readdirSync(join(out, 'assets'));

  it('has hashed names', () => {
    for (const name of assets()) expect(name).toMatch(/-[\w-]{8}\.(js|css)(\.gz|\.br)?$/);
  });

  it('is compressed beforehand, and the same after unpacking', () => {
    const texts = assets().filter((name) => /\.(js|css)$/.test(name));
    expect(texts.length).toBeGreaterThan(5);
    for (const name of texts) {
      const bytes = readFileSync(join(out, 'assets', name));
      if (bytes.length < 400) continue;
      expect(gunzipSync(readFileSync(join(out, 'assets', `${name}.gz`))).equals(bytes)).toBe(true);
      expect(brotliDecompressSync(readFileSync(join(out, 'assets', `${name}.br`))).equals(bytes)).toBe(true);
    }
    expect(existsSync(join(out, 'index.html.gz'))).toBe(true);
  });

  it('has no inline script, style or handler in its page', () => {
    expect(html).not.toMatch(/<style|style=|\son\w+=|javascript:/i);
    for (const tag of html.match(/<script[^>]*>/g) ?? []) expect(tag).toMatch(/\ssrc="\/assets\//);
    expect(html).not.toMatch(/<script[^>]*>[^<]/);
  });

  it('speaks to nobody else', () => {
    const allowed = /^https?:\/\/(www\.w3\.org\/|svelte\.dev\/e\/)/;
    for (const name of [...assets().map((file) => `assets/${file}`), 'index.html']) {
      if (!/\.(js|css|html)$/.test(name)) continue;
      // A comment with somebody's licence asks for nothing.
      const text = readFileSync(join(out, name), 'utf8').replace(/\/\*[*!][\s\S]*?\*\//g, '');
      const foreign = [...text.matchAll(/(?:https?:)?\/\/[\w.-]+\.[a-z]{2,}\/?[\w./-]*/g)]
        .map((match) => match[0])
        .filter((address) => address.includes('://') && !allowed.test(address));
      expect(foreign, name).toEqual([]);
      expect(text, name).not.toMatch(/@import|new Function\(|[^.\w]eval\(/);
    }
  });
});
