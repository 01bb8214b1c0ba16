import type { OperationEvent } from '@aiw3/nft-upgrade/protocol';
import type { RunningServer } from '../server.ts';
import type { DemoFacts } from './facts.ts';
import type { DemoUser } from './user.ts';

/** Where the demo shows what happens: a terminal, or lines of JSON for a program. */
export interface View {
  ready(server: RunningServer, user: DemoUser): void;
  begin(title: string): void;
  event(title: string, event: OperationEvent, elapsedMs: number): void;
  result(facts: DemoFacts): void;
  serving(server: RunningServer): void;
  problem(error: unknown): void;
}
