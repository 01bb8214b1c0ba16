import { setTimeout as sleep } from 'node:timers/promises';
import type { DbSession } from './db.ts';
import { stateOf } from './migrate-state.ts';

/** An index of a table that may be large by the time it is built. */
export interface IndexDefinition {
  /** Without the schema. */
  readonly name: string;
  readonly unique?: boolean;
  /** What follows ON, without the schema: `operation (checked_at) where live`. */
  readonly on: string;
}

const RETRY_MS = 1_000;

/**
 * Builds an index beside the writers of its table. What a process that died has left unfinished is
 * found by its mark, dropped, and built anew: any number of tries ends with one whole index. In the
 * process there are no other writers, so PGlite builds it as it is.
 */
export async function buildIndex(
  { sql, flavour }: DbSession,
  schema: string,
  { name, unique = false, on }: IndexDefinition,
  log: (message: string) => void,
): Promise<void> {
  const beside = flavour === 'postgres' ? 'CONCURRENTLY ' : '';
  const kind = unique ? 'UNIQUE INDEX' : 'INDEX';
  for (;;) {
    const [found] = await sql<{ whole: boolean }>(
      'SELECT indisvalid AS whole FROM pg_index WHERE indexrelid = to_regclass($1)',
      [`${schema}.${name}`],
    );
    if (found?.whole) return;
    try {
      if (found) await sql(`DROP INDEX ${beside}${schema}.${name}`);
      log(`Building the index ${schema}.${name}.`);
      await sql(`CREATE ${kind} ${beside}${name} ON ${schema}.${on}`);
    } catch (error) {
      // A deadlock with a writer: the half-built index is dropped by the next try.
      if (stateOf(error) !== '40P01') throw error;
      await sleep(RETRY_MS);
    }
  }
}
