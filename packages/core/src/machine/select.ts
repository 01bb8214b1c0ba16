import type { AnyProcess, Snapshot } from './types.ts';

/** What the user can do about an operation now. */
export type Action = 'sign' | 'cancel' | 'retry' | 'restart';

/**
 * - `sign`: the wallet has to sign the burn
 * - `cancel`: a cancel would still be accepted
 * - `retry`: a recovery waits and may be run at once
 * - `restart`: it ended with the asset safe; a new start is welcome
 */
export function actionsOf(
  process: AnyProcess,
  snapshot: Pick<Snapshot, 'status' | 'terminal' | 'asset' | 'now'> | null,
): readonly Action[] {
  if (!snapshot) return [];
  const to = process.statuses[snapshot.status]?.to ?? [];
  const actions: Action[] = [];
  if ('burnTransaction' in snapshot.now) actions.push('sign');
  if (to.includes('cancelled') && snapshot.status !== 'cancelling') actions.push('cancel');
  if (snapshot.status === 'recovering' || snapshot.status === 'needs_attention')
    actions.push('retry');
  if (snapshot.terminal && snapshot.status !== 'completed' && snapshot.asset === 'safe')
    actions.push('restart');
  return actions;
}

/** True when only success can follow: the point of no return is passed. */
export const isCommitted = (process: AnyProcess, snapshot: Snapshot): boolean =>
  !snapshot.terminal &&
  !actionsOf(process, snapshot).includes('cancel') &&
  snapshot.status !== 'cancelling';

/** True for an operation that ended with what the user came for, or with its compensation. */
export const isDelivered = (snapshot: Snapshot): boolean =>
  snapshot.terminal && (snapshot.status === 'completed' || snapshot.status === 'compensated');
