import type { Move } from '../../src/lib/api/types';

export interface FakeWorld {
  web1: { server: string };
  planId: string;
  planned: Move;
}
export interface Fake {
  url: string;
  token(): string;
  world(): FakeWorld;
  reset(scenario: { empty?: boolean; setup?: boolean }): void;
  hold(): () => void;
  cut(): void;
  move(name: string, to: string): void;
  stop(): Promise<void>;
}
export const POLICY: string;
export function startFake(options?: {
  port?: number;
  scenario?: { empty?: boolean; setup?: boolean };
  preparingMs?: number;
}): Promise<Fake>;
