import { locale } from '../i18n/locale.svelte';
import type { Page, Problem } from './types';

/** What every failed call throws: problem+json, or the same shape made here when nothing answered. */
export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.code);
  }
}

interface Options {
  body?: unknown;
  /** the revision that the change was made against */
  revision?: number;
  /** the same key for each try of one wish */
  key?: string;
  /** subject@revision that the answer must include */
  after?: string;
  signal?: AbortSignal;
}

export interface Answer<T> {
  status: number;
  body: T;
}

let onSignedOut: () => void = () => undefined;

/** Called when a session has ended under us. */
export function whenSignedOut(action: () => void): void {
  onSignedOut = action;
}

interface Raw {
  headers?: Record<string, string>;
  body?: BodyInit;
  signal?: AbortSignal | undefined;
}

/** One exchange whose body is not JSON (files, logs); a refusal is thrown all the same. */
export async function send(method: string, path: string, raw: Raw = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: { 'accept-language': locale(), ...raw.headers },
      credentials: 'same-origin',
      cache: 'no-store',
      ...(raw.body === undefined ? {} : { body: raw.body }),
      signal: raw.signal ?? null
    });
  } catch (error) {
    if (raw.signal?.aborted) throw error;
    throw new ApiError(local('page-offline', 0));
  }
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => undefined);
  const problem = isProblem(body) ? body : local('page-not-understood', response.status);
  if (problem.code === 'session-expired' || problem.code === 'sign-in-needed') onSignedOut();
  throw new ApiError(problem);
}

export async function call<T>(method: string, path: string, options: Options = {}): Promise<Answer<T>> {
  const headers: Record<string, string> = { accept: 'application/json, application/problem+json' };
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  if (options.revision !== undefined) headers['if-match'] = `"${options.revision}"`;
  if (options.key !== undefined) headers['idempotency-key'] = options.key;
  if (options.after !== undefined) headers['neaptide-after'] = options.after;
  const response = await send(method, path, {
    headers,
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    signal: options.signal
  });
  if (response.status === 204) return { status: 204, body: undefined as T };
  try {
    return { status: response.status, body: (await response.json()) as T };
  } catch {
    throw new ApiError(local('page-not-understood', response.status));
  }
}

export async function get<T>(path: string, options: Options = {}): Promise<T> {
  return (await call<T>('GET', path, options)).body;
}

/** All pages of a list; the bound keeps a mistake from asking for ever. */
export async function all<T>(path: string, limit = 1000, signal?: AbortSignal): Promise<T[]> {
  const items: T[] = [];
  let after: string | null = null;
  do {
    const query: string = `${path.includes('?') ? '&' : '?'}limit=100${after ? `&after=${encodeURIComponent(after)}` : ''}`;
    const page: Page<T> = await get<Page<T>>(path + query, signal ? { signal } : {});
    items.push(...page.items);
    after = page.next;
  } while (after && items.length < limit);
  return items;
}

export function newKey(): string {
  // crypto.randomUUID needs a secure context; a console reached by plain http on a LAN has none.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  return { ...local('page-broken', 0), params: { reason: String(error) } };
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'title' in body;
}

function local(code: string, status: number): Problem {
  return {
    type: `/problems/${code}`,
    code,
    status,
    title: code,
    detail: '',
    next: '',
    params: { status },
    trace_id: ''
  };
}
