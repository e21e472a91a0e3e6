import { call, get, whenSignedOut } from '../api/client';
import type { Me, Pool, Session } from '../api/types';
import type { Lang } from '../i18n/locale.svelte';
import { go, route } from '../router.svelte';
import { setClock } from './clock.svelte';
import { on, startLive, stopLive } from './live.svelte';
import { hasLanguage, setLanguage } from './prefs.svelte';
import { tasks } from './tasks.svelte';

/** undefined: not known yet; null: nobody. */
let session = $state.raw<Session | null | undefined>();
let me = $state.raw<Me | undefined>();
let pool = $state.raw<Pool | undefined>();
let wanted = '';

export function currentSession(): Session | null | undefined {
  return session;
}

export function isAdmin(): boolean {
  return session?.role === 'admin';
}

export function myself(): Me | undefined {
  return me;
}

export function currentPool(): Pool | undefined {
  return pool;
}

export function takePool(next: Pool): void {
  pool = next;
  setClock(next.clock, next.now_ms, next.time_zone);
}

export async function refreshMe(): Promise<void> {
  me = await get<Me>('/api/v1/me');
}

export async function refreshPool(): Promise<void> {
  takePool(await get<Pool>('/api/v1/pool'));
}

export async function restoreSession(): Promise<void> {
  try {
    await begin(await get<Session>('/api/v1/session'));
  } catch {
    session = null;
  }
}

export async function signIn(name: string, password: string, language: Lang): Promise<void> {
  const answer = await call<Session>('POST', '/api/v1/session', { body: { name, password, language } });
  await begin(answer.body);
  const next = wanted || home();
  wanted = '';
  go(next, true);
}

export async function signOut(): Promise<void> {
  await call('DELETE', '/api/v1/session').catch(() => undefined);
  end();
  go('signin');
}

/** Where a person starts: administrators at the tide table, others at their servers. */
export function home(): string {
  return isAdmin() ? 'tide' : 'servers';
}

export async function begin(next: Session): Promise<void> {
  session = next;
  if (!hasLanguage()) await setLanguage(next.language);
  startLive();
  await Promise.all([refreshMe(), refreshPool()]).catch(() => undefined);
}

export async function tellLanguage(language: Lang): Promise<void> {
  await setLanguage(language);
  if (session) await call('PATCH', '/api/v1/session', { body: { language } }).catch(() => undefined);
}

function end(): void {
  session = null;
  me = undefined;
  tasks.clear();
  stopLive();
}

whenSignedOut(() => {
  if (!session) return;
  const { parts, query } = route();
  const search = query.toString();
  wanted = parts.map(encodeURIComponent).join('/') + (search ? `?${search}` : '');
  end();
  go('signin', true);
});

on('pool', (event) => takePool(event.pool));
const again = () => void Promise.all([refreshMe(), refreshPool()]).catch(() => undefined);
on('hello', again);
on('reset', again);
// A server that came, went or changed its size changes what is left of the quota.
let soon: ReturnType<typeof setTimeout> | undefined;
const quotaSoon = () => {
  clearTimeout(soon);
  soon = setTimeout(() => void refreshMe().catch(() => undefined), 400);
};
on('server', quotaSoon);
on('server-gone', quotaSoon);
