import { describe, expect, it } from 'vitest';
import type { Task } from '../../src/lib/api/types';
import { isOpen, remaining, tasks, type Job } from '../../src/lib/store/tasks.svelte';

const task = (id: string, state: Task['state'], created_ms: number) => ({ task: id, state, created_ms }) as Task;
const job: Job = { id: 'j', kind: 'upload', name: 'a.iso', place: '/srv', state: 'running', done: 25, total: 100, began_ms: 1000 };

describe('tasks', () => {
  it('are known by their id, newest first, and counted while they run', () => {
    tasks.clear();
    tasks.put(task('a', 'waiting', 1));
    tasks.put(task('b', 'running', 2));
    tasks.put(task('a', 'done', 1));
    expect(tasks.items.map(({ task: id, state }) => [id, state])).toEqual([
      ['b', 'running'],
      ['a', 'done']
    ]);
    expect(tasks.running).toBe(1);
    expect(['waiting', 'running', 'done', 'failed', 'cancelled'].map((state) => isOpen({ state }))).toEqual([true, true, false, false, false]);
  });

  it('are bounded', () => {
    tasks.clear();
    for (let index = 0; index < 130; index += 1) tasks.put(task(String(index), 'done', index));
    expect(tasks.items.length).toBe(100);
    expect(tasks.items[0]?.task).toBe('129');
  });

  it('of this page change, are counted and forgotten', () => {
    tasks.clear();
    tasks.job(job);
    tasks.change('j', { done: 50 });
    expect(tasks.jobs[0]?.done).toBe(50);
    expect(tasks.running).toBe(1);
    tasks.forget('j');
    expect(tasks.jobs).toEqual([]);
  });

  it('tell what is left only when there is a pace', () => {
    expect(remaining(job, 11_000)).toBe(30_000);
    expect(remaining(job, 1200)).toBeUndefined();
    expect(remaining({ ...job, done: 0 }, 11_000)).toBeUndefined();
    expect(remaining({ ...job, state: 'done' }, 11_000)).toBeUndefined();
  });
});
