import type { Db } from '../db/db.ts';

/** What statements have touched. */
export interface Touched {
  readonly statements: number;
  /** Rows that scans have read, those that a filter removed included. */
  readonly rows: number;
  readonly buffers: number;
  /** How long they took. Milliseconds. */
  readonly ms: number;
  /** Large tables that were read from one end to the other. */
  readonly walked: readonly string[];
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly 'Shared Hit Blocks'?: number;
  readonly 'Shared Read Blocks'?: number;
  readonly Plans?: readonly Plan[];
}

const large = new Set(['operation', 'event', 'outbox', 'delivery', 'idempotency_key']);

/**
 * A database whose statements are carried out, explained and undone; they give no rows. Those that
 * `only` does not match run as they are.
 */
export function explained(db: Db, only = /^/): { db: Db; touched(): Touched } {
  const plans: Plan[] = [];
  let ms = 0;
  const sql = async <Row extends object>(
    text: string,
    parameters?: readonly unknown[],
  ): Promise<Row[]> => {
    if (!only.test(text)) return db.sql<Row>(text, parameters);
    await db.tx(async (inner) => {
      const [row] = await inner<{ 'QUERY PLAN': [{ Plan: Plan; 'Execution Time': number }] }>(
        `explain (analyze, buffers, format json) ${text}`,
        parameters,
      );
      if (row) {
        const [answer] = row['QUERY PLAN'];
        plans.push(answer.Plan);
        ms += answer['Execution Time'];
      }
      await inner('rollback; begin');
    });
    return [];
  };
  const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];
  return {
    db: { ...db, flavour: db.flavour, sql },
    touched() {
      const all = plans.flatMap(nodes);
      const scans = all.filter((node) => node['Node Type'].includes('Scan'));
      return {
        statements: plans.length,
        rows: scans.reduce(
          (sum, node) =>
            sum +
            node['Actual Loops'] *
              (node['Actual Rows'] +
                (node['Rows Removed by Filter'] ?? 0) +
                (node['Rows Removed by Index Recheck'] ?? 0)),
          0,
        ),
        buffers: plans.reduce(
          (sum, plan) => sum + (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0),
          0,
        ),
        ms,
        walked: scans
          .filter((node) => node['Node Type'] === 'Seq Scan')
          .flatMap((node) => node['Relation Name'] ?? [])
          .filter((name) => large.has(name)),
      };
    },
  };
}
