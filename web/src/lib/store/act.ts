import { call, get, newKey } from '../api/client';
import type { Message, Server, ServerAnswer, Task } from '../api/types';
import { t } from '../i18n/messages.svelte';
import { toast } from '../ui/toasts.svelte';
import { on } from './live.svelte';
import { servers } from './servers.svelte';

/*
 * A wish: decided at once in the ordinary case; else the answer is a task, whose end arrives by the
 * stream. A refusal is thrown to the caller while it waits, and shown as a notice later.
 */
export interface Wish {
  method: 'POST' | 'PATCH' | 'DELETE';
  path: string;
  body?: unknown;
  revision?: number;
  key?: string;
}

export async function ask(wish: Wish): Promise<Server | undefined> {
  const answer = await call<ServerAnswer | Task>(wish.method, wish.path, {
    ...(wish.body === undefined ? {} : { body: wish.body }),
    ...(wish.revision === undefined ? {} : { revision: wish.revision }),
    key: wish.key ?? newKey()
  });
  if ('task' in answer.body) {
    follow(answer.body);
    return undefined;
  }
  const { server, sentence } = answer.body as ServerAnswer;
  servers.put(server);
  if (sentence) tell(sentence);
  return server;
}

function tell(message: Message): void {
  // "fits now" is what everybody expects; only what needs to be known is said aloud.
  if (message.key !== 'fits.now') toast({ message });
}

function follow(task: Task): void {
  toast({ text: t('task.later', { name: task.name }) });
  const stop = on('task', ({ task: news }) => {
    if (news.task !== task.task || (news.state !== 'done' && news.state !== 'failed')) return;
    stop();
    if (news.problem) toast({ problem: news.problem });
    else toast({ text: t('task.decided.toast', { name: news.name }) });
  });
}

export function serverPath(id: string, verb = ''): string {
  return `/api/v1/servers/${encodeURIComponent(id)}${verb ? `/${verb}` : ''}`;
}

/** Reads one server into the store; undefined where it is gone or not ours. */
export async function fetchServer(id: string, signal?: AbortSignal): Promise<Server> {
  return get<Server>(serverPath(id), signal ? { signal } : {});
}

