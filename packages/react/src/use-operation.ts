import type { Operation, OperationState, Snapshot } from '@aiw3/nft-upgrade';
import { useCallback, useRef, useSyncExternalStore } from 'react';

const nothing = () => () => {};

/**
 * What is known about an operation, kept current; null while there is none. Subscribes, and does nothing else: mounting, unmounting and StrictMode never start,
 * stop or sign anything.
 * @param select picks a part; the component renders again only when that part changes, compared with `Object.is`
 * @example
 * const progress = useOperation(operation, (state) => state.operation?.progress ?? 0);
 */
export function useOperation<S = Snapshot, E = unknown>(operation: Operation<S, E> | null): OperationState<S> | null;
export function useOperation<S, E, T>(operation: Operation<S, E> | null, select: (state: OperationState<S>) => T): T | null;
export function useOperation<S, E, T>(
  operation: Operation<S, E> | null,
  select?: (state: OperationState<S>) => T,
): OperationState<S> | T | null {
  const subscribe = useCallback((listener: () => void) => operation?.subscribe(listener) ?? nothing(), [operation]);
  // A selector that makes a new object each time would never settle; the last pick is kept while the state it came from is the same.
  const last = useRef<{ state: OperationState<S>; select: unknown; picked: OperationState<S> | T } | null>(null);
  const read = () => {
    if (!operation) return null;
    const state = operation.getSnapshot();
    if (last.current?.state === state && last.current.select === select) return last.current.picked;
    const picked = select ? select(state) : state;
    last.current = { state, select, picked };
    return picked;
  };
  return useSyncExternalStore(subscribe, read, read);
}
