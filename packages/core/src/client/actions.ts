import { type Action, actionsOf } from '../machine/select.ts';
import type { AnyProcess, Snapshot } from '../machine/types.ts';
import { type Connection, idleConnection } from '../stream/connection.ts';
import type { OperationState } from './operation.ts';
import { idleWallet } from './wallet-state.ts';

/**
 * True when the client waits for somebody to call `retry()`: the budget is used up, or the token
 * was refused.
 */
export const isStuck = ({ state }: Connection): boolean =>
  state === 'gave_up' || state === 'auth_required';

/** What the user can do now, by all three axes: nothing twice, nothing that nobody hears. */
export function availableActions(
  process: AnyProcess,
  state: OperationState<Pick<Snapshot, 'status' | 'terminal' | 'asset' | 'now'>> | null,
): readonly Action[] {
  if (!state) return [];
  const actions = actionsOf(process, state.operation);
  if (isStuck(state.connection)) return ['retry'];
  if (state.connection.state === 'closed') return actions.filter((action) => action === 'restart');
  const busy = ['inspecting', 'prompting', 'submitting'].includes(state.wallet.state);
  return busy ? actions.filter((action) => action !== 'sign') : actions;
}

/**
 * What is known of an operation that nobody follows yet: to render it on a server, or before it is
 * attached to.
 */
export function unfollowed<S extends { operationId: string } = Snapshot>(
  process: string,
  idOrSnapshot: string | S,
): OperationState<S> {
  const byId = typeof idOrSnapshot === 'string';
  return Object.freeze({
    id: byId ? idOrSnapshot : idOrSnapshot.operationId,
    process,
    operation: byId ? null : idOrSnapshot,
    connection: idleConnection,
    wallet: idleWallet,
  });
}
