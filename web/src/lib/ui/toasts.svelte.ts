import type { Message, Problem } from '../api/types';

/** What just happened, for a few seconds: an admission sentence, or a problem that has no page. */
export interface Toast {
  id: number;
  text?: string;
  message?: Message;
  problem?: Problem;
}

const SHOWN_MS = 7000;
let list = $state.raw<Toast[]>([]);
let serial = 0;

export function toasts(): Toast[] {
  return list;
}

export function toast(what: Omit<Toast, 'id'>): void {
  const id = ++serial;
  list = [...list.slice(-2), { id, ...what }];
  // A problem stays until it is read and closed.
  if (!what.problem) setTimeout(() => dismiss(id), SHOWN_MS);
}

export function dismiss(id: number): void {
  list = list.filter((item) => item.id !== id);
}
