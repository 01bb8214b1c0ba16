import type { Db } from '../db/db.ts';

/** How long each status of a process usually lasts, in milliseconds. */
export type UsualMs = Readonly<Record<string, number>>;

export interface Durations {
  /**
   * What is known now; undefined before anything has completed here. Measures again behind it when
   * that is old, so no start ever waits for it.
   */
  of(process: string): UsualMs | undefined;
  /** Resolves when no measurement is under way. */
  settled(): Promise<void>;
}

/** Completed operations that are looked at, newest first. */
const SAMPLE = 100;

/**
 * Medians over the last completed operations: one slow user moves nothing. The journal is all it
 * needs.
 * @param freshMs how long a measurement is good for
 */
export function createDurations(
  db: Pick<Db, 'sql'>,
  now: () => number,
  freshMs = 10_000,
): Durations {
  const known = new Map<
    string,
    { at: number; usualMs: UsualMs | undefined; measuring: Promise<void> | null }
  >();

  const measure = async (process: string): Promise<UsualMs | undefined> => {
    const rows = await db.sql<{ status: string; ms: number }>(
      `with recent as (
         select id from nft_upgrade.operation where process = $1 and status = 'completed'
           order by updated_at desc limit $2),
       spent as (
         select e.status, extract(epoch from
           lead(e.at) over (partition by e.operation_id order by e.seq) - e.at) * 1000 as ms
         from nft_upgrade.event e join recent on recent.id = e.operation_id)
       select status, round(percentile_cont(0.5) within group (order by ms))::int as ms from spent
         where ms is not null group by status`,
      [process, SAMPLE],
    );
    return rows.length === 0
      ? undefined
      : Object.fromEntries(rows.map(({ status, ms }) => [status, ms]));
  };

  return {
    of(process) {
      const entry = known.get(process) ?? {
        at: Number.NEGATIVE_INFINITY,
        usualMs: undefined,
        measuring: null,
      };
      known.set(process, entry);
      if (entry.measuring === null && Math.abs(now() - entry.at) >= freshMs) {
        entry.measuring = measure(process)
          .then((usualMs) => {
            entry.usualMs = usualMs;
          })
          // It is a courtesy: without it a page says nothing about time, and the next start asks
          // again.
          .catch(() => undefined)
          .finally(() => {
            entry.at = now();
            entry.measuring = null;
          });
      }
      return entry.usualMs;
    },
    settled: async () => {
      for (const { measuring } of known.values()) await measuring;
    },
  };
}
