import type { Move, Task } from '../../src/lib/api/types';

export interface FakeWorld {
  web1: { server: string };
  planId: string;
  planned: Move;
  tasks: Task[];
}
export interface FakeScenario {
  empty?: boolean;
  setup?: boolean;
  hosts?: number;
  short?: boolean;
  mode?: 'off' | 'suggest' | 'automatic';
  waiting?: boolean;
}
export interface Fake {
  url: string;
  token(): string;
  world(): FakeWorld;
  bulk(): { breakUploads: number; at(server: string, path: string): string | undefined };
  reset(scenario: FakeScenario): void;
  hold(): () => void;
  cut(): void;
  task(kind: Task['kind'], change: Partial<Task>): void;
  move(name: string, to: string): void;
  stop(): Promise<void>;
}
export const POLICY: string;
export function startFake(options?: {
  port?: number;
  scenario?: FakeScenario;
  preparingMs?: number;
}): Promise<Fake>;
