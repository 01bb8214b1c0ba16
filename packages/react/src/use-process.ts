import {
  type Action,
  type AnyProcess,
  actionsOf,
  type InputOf,
  type Operation,
  type OperationOf,
  type OperationState,
  type ProcessClient,
  type ProcessName,
  processes,
  type SnapshotOf,
  type StartOptions,
} from '@aiw3/nft-upgrade';
import { useMemo, useState } from 'react';
import { useUpgradeClient } from './provider.tsx';
import { useOperation } from './use-operation.ts';

type Process<K extends ProcessName> = (typeof processes)[K];

/** The hook of a process by its name. */
export type ProcessHookOf<K extends ProcessName> = ProcessHook<Process<K>>;

/** One process in a component: its present operation, and what can be done. The functions stay the same between renders. */
export interface ProcessHook<P extends AnyProcess> {
  /** The operation this component started or attached to; null before. */
  readonly operation: OperationOf<P> | null;
  /** Its three axes; null before. */
  readonly state: OperationState<SnapshotOf<P>> | null;
  /** What the user can do now: sign, cancel, retry, restart. */
  readonly actions: readonly Action[];
  /** True from the start until the operation has ended or was refused. */
  readonly isRunning: boolean;
  /** Starts, or returns the operation that runs. Call it from an event handler. */
  start(input: InputOf<P>, options?: StartOptions): OperationOf<P>;
  /** Follows an operation that exists: from `useOpenOperations`, from a link. */
  attach(idOrSnapshot: string | SnapshotOf<P>): OperationOf<P>;
  sign(): Promise<unknown>;
  cancel(): Promise<void>;
  retry(): Promise<void>;
  /** Forgets the operation here; it goes on at the server. */
  detach(): void;
}

const running = (operation: Operation | null) => operation !== null && operation.getSnapshot().connection.state !== 'closed';

/** The same for every process; `useNftUpgrade`, `useNftClaim` and `useBadgeActivation` name one. */
export function useProcess<K extends ProcessName>(name: K): ProcessHookOf<K> {
  const client = useUpgradeClient();
  const [operation, setOperation] = useState<OperationOf<Process<K>> | null>(null);
  const state = useOperation(operation);

  // Kept outside of the state: two clicks in one tick both see the first operation.
  const [current] = useState(() => ({ operation: null as OperationOf<Process<K>> | null }));
  const commands = useMemo(() => {
    const process = client.process(name) as ProcessClient<Process<K>>;
    const hold = (next: OperationOf<Process<K>> | null) => {
      current.operation = next;
      setOperation(next);
      return next;
    };
    const follow = (next: OperationOf<Process<K>>) => {
      // Who wants to know takes `operation.done`; here a rejection is shown by the state and must not end the page.
      next.done.catch(() => {});
      next.started.catch(() => {});
      hold(next);
      return next;
    };
    const withOperation = async <T>(call: (operation: OperationOf<Process<K>>) => Promise<T>): Promise<T | undefined> =>
      current.operation ? call(current.operation) : undefined;
    return {
      start(input: InputOf<Process<K>>, options?: StartOptions) {
        const present = current.operation;
        return present && running(present as unknown as Operation) ? present : follow(process.start(input, options));
      },
      attach: (idOrSnapshot: string | SnapshotOf<Process<K>>) => follow(process.attach(idOrSnapshot)),
      sign: () => withOperation((one) => one.sign()),
      cancel: () => withOperation((one) => one.cancel()).then(() => undefined),
      retry: () => withOperation((one) => one.retry()).then(() => undefined),
      detach: () => {
        current.operation?.detach();
        hold(null);
      },
    };
  }, [client, name, current]);

  const snapshot = state?.operation ?? null;
  const actions = useMemo(() => actionsOf(processes[name], snapshot), [name, snapshot]);
  const isRunning = state !== null && state.connection.state !== 'closed';
  return { operation, state, actions, isRunning, ...commands };
}
