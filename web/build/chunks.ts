/*
 * Few chunks: what every page needs in one, each language with its problems in one, and one for
 * each page. Left alone, the bundler makes forty small ones, each a request and badly compressed.
 */
const FIRST_LOAD_UI =
  /\/src\/lib\/ui\/(Allotment|Choice|CopyField|Empty|Gate|Heading|Help|Icon|Lazy|Preferences|ProblemView|Runs|Sentence|ServerNote|Shell|Skeleton|Sparkline|StateBadge|Toasts|Wave|Dialog|announce|icons|keys|new|toasts)\./;

export function chunkOf(id: string): string | undefined {
  const lang = /(?:i18n\/|virtual:problems\/)(en|ko)(?:\.ts)?$/.exec(id)?.[1];
  if (lang) return lang;
  if (/\/node_modules\/(svelte|esm-env|clsx)\//.test(id) || id.includes('vite/preload-helper')) return 'base';
  if (/\/src\/lib\/(api|i18n|store)\/|\/src\/lib\/router/.test(id) || FIRST_LOAD_UI.test(id)) return 'base';
  if (/\/src\/lib\/charts\/(?!depths|TideTable|tide)/.test(id)) return 'charts';
  return undefined;
}
