export type Lang = 'en' | 'ko';
export const LANGS: Lang[] = ['en', 'ko'];

let current = $state<Lang>('en');
let zone = $state('UTC');

export function locale(): Lang {
  return current;
}

export function setLocale(lang: Lang): void {
  current = lang;
  if (typeof document !== 'undefined') document.documentElement.lang = lang;
}

/** The installation's time zone (pool.time_zone): load times are shown in it. */
export function timeZone(): string {
  return zone;
}

export function setTimeZone(name: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    zone = name;
  } catch {
    zone = 'UTC';
  }
}
