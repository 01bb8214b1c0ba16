import type { AuditContext } from './context.ts';

/**
 * When a check runs: without an operation, on one that waits, on one that has ended, or over
 * everything that was answered.
 */
export type Stage = 'before' | 'live' | 'ended' | 'after';
export const stages: readonly Stage[] = ['before', 'live', 'ended', 'after'];

/** One look at one rule. A rule may have several, at several stages. */
export interface Check {
  readonly rule: string;
  readonly stage: Stage;
  /**
   * Rules that have to hold for this one to be seen. Where one of them is broken, this check says
   * nothing.
   */
  readonly needs?: readonly string[];
  /** @throws Violation when the rule is broken, Skip when it cannot be looked at */
  run(context: AuditContext): Promise<void>;
}

export const check = (
  rule: string,
  stage: Stage,
  run: Check['run'],
  needs: readonly string[] = [],
): Check => ({ rule, stage, run, needs });
