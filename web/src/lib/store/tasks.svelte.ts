import { all, problemOf } from '../api/client';
import type { Problem, Task } from '../api/types';
import { on } from './live.svelte';

/*
 * Long work: tasks of the installation, which survive a reload because the api remembers them, and
 * jobs of this page (uploads), which last as long as the page and go on where they were when asked again.
 */
export interface Job {
  id: string;
  kind: 'upload' | 'download';
  name: string;
  /** where it goes to or comes from */
  place: string;
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  done: number;
  total: number;
  began_ms: number;
  ended_ms?: number | undefined;
  problem?: Problem | undefined;
  cancel?: (() => void) | undefined;
  retry?: (() => void) | undefined;
}

const KEPT = 100;

class Tasks {
  items = $state.raw<Task[]>([]);
  jobs = $state.raw<Job[]>([]);
  problem = $state.raw<Problem | undefined>();
  ready = $state(false);

  async load(): Promise<void> {
    try {
      this.items = (await all<Task>('/api/v1/tasks', KEPT)).slice(0, KEPT);
      this.problem = undefined;
    } catch (error) {
      this.problem = problemOf(error);
    }
    this.ready = true;
  }

  put(task: Task): void {
    const rest = this.items.filter((item) => item.task !== task.task);
    this.items = [task, ...rest].sort((a, b) => b.created_ms - a.created_ms).slice(0, KEPT);
  }

  job(job: Job): void {
    this.jobs = [job, ...this.jobs.filter((item) => item.id !== job.id)].slice(0, KEPT);
  }

  change(id: string, change: Partial<Job>): void {
    this.jobs = this.jobs.map((job) => (job.id === id ? { ...job, ...change } : job));
  }

  forget(id: string): void {
    this.jobs = this.jobs.filter((job) => job.id !== id);
  }

  clear(): void {
    this.items = [];
    this.jobs = [];
    this.ready = false;
  }

  get running(): number {
    return this.items.filter(isOpen).length + this.jobs.filter(isOpen).length;
  }
}

export function isOpen(item: { state: string }): boolean {
  return item.state === 'waiting' || item.state === 'running';
}

/** What is left at the pace so far, once there is a pace worth the name. */
export function remaining(job: Job, nowMs: number): number | undefined {
  const took = nowMs - job.began_ms;
  if (job.state !== 'running' || job.done <= 0 || took < 1500 || job.total <= job.done) return undefined;
  return (took / job.done) * (job.total - job.done);
}

export const tasks = new Tasks();

on('task', ({ task }) => tasks.put(task));
on('hello', () => void tasks.load());
on('reset', () => void tasks.load());
