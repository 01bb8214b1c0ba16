import type { OperationState, Snapshot } from '@aiw3/nft-upgrade';
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { isShallowEqual } from './equal.ts';
import { nowhere, type Watchable } from './watchable.ts';

/**
 * What is known about an operation, kept current; null while there is none. Subscribes, and does
 * nothing else: mounting, unmounting and StrictMode never start, stop or sign anything.
 * @param watched an operation, or what `useNftUpgrade()` and its like return
 */
export function useOperation<S = Snapshot>(watched: Watchable<S> | null): OperationState<S> | null;
/**
 * A part of what is known about an operation; null while there is none.
 * @param watched an operation, or what `useNftUpgrade()` and its like return
 * @param select picks a part; the component renders again only when that part changes
 * @param isEqual whether two picks are the same. Default: `Object.is`, and one level of plain
 *   objects and arrays
 * @example
 * const progress = useOperation(operation, (state) => state.operation?.progress ?? 0);
 */
export function useOperation<S, T>(
  watched: Watchable<S> | null,
  select: (state: OperationState<S>) => T,
  isEqual?: (before: T, after: T) => boolean,
): T | null;
export function useOperation<S, T>(
  watched: Watchable<S> | null,
  select: (state: OperationState<S>) => OperationState<S> | T = whole,
  isEqual: (
    before: OperationState<S> | T,
    after: OperationState<S> | T,
  ) => boolean = isShallowEqual,
): OperationState<S> | T | null {
  const {
    subscribe,
    getSnapshot,
    getServerSnapshot = getSnapshot,
  } = watched ?? (nowhere as Watchable<S>);
  // What the screen shows. Only a committed render writes it: one that React throws away must not.
  const shown = useRef<{ readonly picked: OperationState<S> | T } | null>(null);
  const [read, readServer] = useMemo(() => {
    let last: { state: OperationState<S>; picked: OperationState<S> | T } | null = null;
    const pick = (state: OperationState<S> | null) => {
      if (!state) return null;
      if (last?.state === state) return last.picked;
      const picked = select(state);
      const before = last ?? shown.current;
      // The earlier object stands for an equal one, so that it may be a dependency.
      last = { state, picked: before && isEqual(before.picked, picked) ? before.picked : picked };
      return last.picked;
    };
    return [() => pick(getSnapshot()), () => pick(getServerSnapshot())];
  }, [getSnapshot, getServerSnapshot, select, isEqual]);
  const picked = useSyncExternalStore(subscribe, read, readServer);
  useEffect(() => {
    shown.current = picked === null ? null : { picked };
  }, [picked]);
  return picked;
}

const whole = <S>(state: OperationState<S>): OperationState<S> => state;
