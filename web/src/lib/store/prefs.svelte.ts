import { useLanguage } from '../i18n/messages.svelte';
import type { Lang } from '../i18n/locale.svelte';

export type Theme = 'system' | 'light' | 'dark';
export const THEMES: Theme[] = ['system', 'light', 'dark'];

/* The same names are read before the first paint by build/boot.ts. */
const THEME = 'neaptide.theme';
const LANG = 'neaptide.lang';

let theme = $state<Theme>(readTheme());
let dark = $state(false);

/** What this browser remembers of its person. */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // storage may be forbidden; then the choice lasts as long as the page
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // see recall()
  }
}

function readTheme(): Theme {
  const stored = recall(THEME);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

export function chosenTheme(): Theme {
  return theme;
}

/** Is the page dark now? Canvases ask, so that they draw again when it changes. */
export function isDark(): boolean {
  return dark;
}

export function setTheme(next: Theme): void {
  theme = next;
  remember(THEME, next);
  if (next === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  settle();
}

function settle(): void {
  const system = matchMedia('(prefers-color-scheme: dark)').matches;
  dark = theme === 'dark' || (theme === 'system' && system);
}

export function startPrefs(): () => void {
  const media = matchMedia('(prefers-color-scheme: dark)');
  media.addEventListener('change', settle);
  settle();
  return () => media.removeEventListener('change', settle);
}

export function firstLanguage(): Lang {
  const stored = recall(LANG);
  if (stored === 'ko' || stored === 'en') return stored;
  return navigator.language.toLowerCase().startsWith('ko') ? 'ko' : 'en';
}

/** Has this person chosen here? Then the session's language does not overrule it. */
export function hasLanguage(): boolean {
  return recall(LANG) !== null;
}

export async function setLanguage(lang: Lang): Promise<void> {
  await useLanguage(lang);
  remember(LANG, lang);
}
