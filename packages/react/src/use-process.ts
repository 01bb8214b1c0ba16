import {
  type Action,
  availableActions,
  type Commands,
  type Connection,
  createPlace,
  type NftUpgradeError,
  type OperationOf,
  type OperationState,
  type ProcessName,
  type processes,
  type SnapshotOf,
  unfollowed,
} from '@aiw3/nft-upgrade';
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useUpgradeClient } from './provider.tsx';
import { useOperation } from './use-operation.ts';
import type { Watchable } from './watchable.ts';

type Process<K extends ProcessName> = (typeof processes)[K];

/**
 * The three axes of an operation of a process, by its name. `operation` is discriminated by
 * `status`.
 */
export type StateOf<K extends ProcessName> = OperationState<SnapshotOf<Process<K>>>;

/** Options of `useProcess`, `useNftUpgrade`, `useNftClaim` and `useBadgeActivation`. */
export interface ProcessOptions<K extends ProcessName, T = StateOf<K>> {
  /**
   * Tells places of one process apart, where a page has several: one per badge, say. Components
   * with the same key and the same `attach` show the same operation. Default: one place.
   */
  key?: string;
  /**
   * An operation that exists, by id or by snapshot. Each id has a place of its own: another id
   * shows, signs and cancels that one, until the user starts another one there. What the user has
   * started while there was none to attach stays until it has ended. A snapshot is rendered at
   * once, also on a server. Default: none.
   */
  attach?: string | SnapshotOf<Process<K>> | null | undefined;
  /**
   * Picks what `state` is. The component renders when the pick, `actions`, `isRunning`, `operation`
   * or `refusal` change, and for nothing else.
   */
  select?: (state: StateOf<K>) => T;
}

/**
 * One process in a component: its present operation, and what can be done. The functions stay the
 * same between renders.
 */
export interface ProcessHook<K extends ProcessName, T = StateOf<K>>
  extends Commands<Process<K>>,
    Required<Watchable<SnapshotOf<Process<K>>>> {
  readonly process: K;
  /** The operation that was started here or attached to; null before. */
  readonly operation: OperationOf<Process<K>> | null;
  /** Its three axes, or what `select` picks of them; null before. */
  readonly state: T | null;
  /** What the user can do now: sign, cancel, retry, restart. */
  readonly actions: readonly Action[];
  /** True from the start until the operation has ended or was refused. */
  readonly isRunning: boolean;
  /**
   * Why the last command was refused; null again with the next one. What the wallet and the
   * connection report is in `state`.
   */
  readonly refusal: NftUpgradeError | null;
}

/** The same for every process; `useNftUpgrade`, `useNftClaim` and `useBadgeActivation` name one. */
export function useProcess<K extends ProcessName, T = StateOf<K>>(
  name: K,
  options: ProcessOptions<K, T> = {},
): ProcessHook<K, T> {
  const { key = '', attach = null, select = whole as (state: StateOf<K>) => T } = options;
  const client = useUpgradeClient();
  const given = useSameOperation(attach, () => {
    const started = createPlace(client, name, key).getOperation();
    return started !== null && isOpen(started.getSnapshot());
  });
  const id = idOf(given);
  const place = useMemo(() => createPlace(client, name, key, id), [client, name, key, id]);
  const watched = useMemo((): Required<Omit<Watchable<SnapshotOf<Process<K>>>, 'refusal'>> => {
    const initial = given === null ? null : unfollowed(name, given);
    return {
      process: name,
      subscribe: place.subscribe,
      getSnapshot: () => place.getOperation()?.getSnapshot() ?? initial,
      getServerSnapshot: () => initial,
    };
  }, [place, name, given]);
  useEffect(() => {
    if (given !== null) place.adopt(given);
  }, [place, given]);

  const operation = useSyncExternalStore(place.subscribe, place.getOperation, none);
  const refusal = useSyncExternalStore(place.subscribe, place.getRefusal, none);
  const state = useOperation(watched, select);
  const isRunning = useOperation(watched, isOpen) ?? false;
  const { definition } = client.process(name);
  const choose = useCallback((now: StateOf<K>) => availableActions(definition, now), [definition]);
  const actions = useOperation(watched, choose) ?? noActions;

  const { start, attach: follow, sign, cancel, retry, detach } = place;
  return {
    ...watched,
    process: name,
    operation,
    state,
    actions,
    isRunning,
    refusal,
    start,
    attach: follow,
    sign,
    cancel,
    retry,
    detach,
  };
}

/**
 * The first of all snapshots of one operation: a newer one has nothing to tell that its events do
 * not, and must not move anything. Null for the first one of a component in which the user was
 * faster: a list of the server that comes late must not take his operation off the screen.
 */
function useSameOperation<A extends string | { operationId: string }>(
  attach: A | null,
  isBusy: () => boolean,
): A | null {
  const [kept, keep] = useState({ attach, given: attach });
  if (idOf(kept.attach) === idOf(attach)) return kept.given;
  const given = kept.attach === null && isBusy() ? null : attach;
  keep({ attach, given });
  return given;
}

const idOf = (given: string | { operationId: string } | null): string | null =>
  typeof given === 'string' ? given : (given?.operationId ?? null);
const none = () => null;
const noActions: readonly Action[] = [];
const whole = (state: unknown): unknown => state;
const isOpen = ({
  connection,
  operation,
}: {
  connection: Connection;
  operation: { terminal: boolean } | null;
}): boolean => connection.state !== 'closed' && !operation?.terminal;
