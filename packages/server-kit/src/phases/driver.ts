import type { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Sql } from '../db/db.ts';
import type { Statement } from '../db/write-atomically.ts';
import type { Attempts } from '../journal/attempts.ts';
import type { Entry, Loaded } from '../journal/journal.ts';
import type { Chain } from '../ports/chain.ts';
import type { Compensator } from '../ports/compensator.ts';
import type { ContentStore } from '../ports/content-store.ts';
import type { Receipts } from '../ports/receipts.ts';
import type { Operation, ProcessRules } from '../ports/rules.ts';
import { storable } from '../text.ts';

/** How patient the engine is. Milliseconds and counts. */
export interface Patience {
  /**
   * How long a burn transaction may wait for its signature. Default 300 000, the guide's five
   * minutes.
   */
  burnWindowMs: number;
  /** Failed attempts of a step after the burn before it needs attention. Default 8. */
  maxAttempts: number;
  /** Failed attempts of the qualification before the operation ends with `error`. Default 4. */
  maxPreflightAttempts: number;
  /**
   * First pause before a step is attempted again; it doubles with each failure, with full jitter.
   * Default 1000.
   */
  retryBaseMs: number;
  /** Longest pause between two attempts. Default 300 000. */
  retryMaxMs: number;
}

/** What a phase has at hand when it works on an operation. */
export interface Step {
  readonly loaded: Loaded;
  readonly operation: Operation;
  readonly rules: ProcessRules;
  readonly chain: Chain | null;
  readonly content: ContentStore | null;
  readonly receipts: Receipts;
  readonly compensator: Compensator | null;
  readonly attempts: Attempts;
  readonly patience: Patience;
  /** Id of the deployment, which memos and claims name. */
  readonly deployment: string;
  /** What the ids of operations begin with, one for each process. */
  readonly idPrefixes: readonly string[];
  /** Failures in a row since the operation last advanced, seen by this node. */
  readonly failures: number;
  /** Milliseconds since the epoch. */
  now(): number;
  /** From 0 to below 1; spreads retries. */
  random(): number;
  readonly read: Sql;
}

/** What is to happen with the operation. */
export type Outcome =
  /**
   * Events come next; `parts` are written in the same statement, `also` in the same transaction.
   */
  | {
      kind: 'append';
      entries: readonly Entry[];
      parts?: readonly Statement[];
      /** Rejects when nothing of it may be written. */
      also?(sql: Sql): Promise<unknown>;
    }
  /** The phase is done; the next one begins, with what it needs to know. */
  | { kind: 'next'; payload?: object }
  /** Look again: after so many milliseconds, or at the next round of the watch. */
  | { kind: 'wait'; ms: number | 'watch'; owed?: Owed };

/** What people have to know of, though the operation goes on trying. */
export interface Owed {
  kind: 'records';
  summary: string;
  evidence: Readonly<Record<string, unknown>>;
}

export const append = (
  status: string,
  payload: object = {},
  {
    parts = [],
    also,
  }: { parts?: readonly Statement[]; also?: ((sql: Sql) => Promise<unknown>) | undefined } = {},
): Extract<Outcome, { kind: 'append' }> => ({
  kind: 'append',
  entries: [{ status, payload }],
  parts,
  ...(also && { also }),
});
export const next = (payload?: object): Outcome => ({ kind: 'next', ...(payload && { payload }) });
export const wait = (ms: number | 'watch'): Outcome => ({ kind: 'wait', ms });

/**
 * How the statuses of one phase are made to happen. Every function may run twice, late, or on
 * another node.
 */
export interface PhaseDriver {
  /** Begins the phase: its first event. `payload` is what the phase before handed over. */
  enter(step: Step, payload: object): Promise<Outcome>;
  /** The work of each status. A status without an entry waits for somebody. */
  readonly on: Readonly<Record<string, (step: Step) => Promise<Outcome>>>;
  /** What an error in this phase means. */
  failed(step: Step, error: NftUpgradeError): Outcome;
  /**
   * Tries, before anything irreversible, whatever could fail later. Throws what would. Its result
   * is written with the qualification.
   */
  preflight?(step: Step): Promise<Statement | null>;
  /** Statuses that wait for the chain, and are looked at in every round of the watch. */
  readonly watched?: readonly string[];
}

/**
 * The doubled pause with jitter, so that many operations that failed together do not come back
 * together.
 */
export function backoff(step: Pick<Step, 'patience' | 'random'>, failures: number): number {
  const ceiling = Math.min(
    step.patience.retryMaxMs,
    step.patience.retryBaseMs * 2 ** Math.min(failures, 30),
  );
  return Math.round(ceiling * (0.2 + 0.8 * step.random()));
}

/** The payload that shows an error to the user. */
export const failurePayload = (error: NftUpgradeError) => ({
  error: storable(error.message),
  code: error.code,
  retryable: error.retryable,
  actor: error.actor,
});
