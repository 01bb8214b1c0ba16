import type { Strike } from './environment.ts';
import { start, step, stream, sweep } from './operations.ts';
import { migration, outbox } from './workers.ts';

/** Each strikes the statements of one place and asserts what came of it. */
export const places = { start, step, stream, sweep, outbox, migration } as const satisfies Record<
  string,
  (strike: Strike) => Promise<void>
>;
export type Place = keyof typeof places;
