import type { NftUpgradeError } from '../errors/error.ts';
import type { UpgradeClient } from './client.ts';
import type { Operation } from './operation.ts';

/** What one place of a page shows. */
export interface Slot {
  readonly operation: Operation | null;
  /** Why the last command was refused; null again with the next one. */
  readonly refusal: NftUpgradeError | null;
}

/**
 * The operations that are on show, by place. They belong to the client, so an unmounted component
 * loses nothing, and the next one finds them.
 */
export interface Current {
  get(place: string): Slot;
  /** The operation with this id that is on show in any place; null where there is none. */
  find(id: string): Operation | null;
  set(place: string, patch: Partial<Slot>): void;
  subscribe(listener: () => void): () => void;
}

const empty: Slot = /* @__PURE__ */ Object.freeze({ operation: null, refusal: null });
/** Detached, it would show nothing any more. */
const isOf = (operation: Operation | null, id: string): boolean =>
  operation?.id === id && operation.getSnapshot().connection.reason !== 'detached';
const byClient = new WeakMap<UpgradeClient, Current>();

/**
 * One for each client. Only event handlers and effects write to it: rendering on a server, where a
 * client may serve many users, leaves no trace.
 */
export function currentOf(client: UpgradeClient): Current {
  const known = byClient.get(client);
  if (known) return known;
  const places = new Map<string, Slot>();
  const listeners = new Set<() => void>();
  const current: Current = {
    get: (place) => places.get(place) ?? empty,
    find(id) {
      for (const { operation } of places.values()) if (isOf(operation, id)) return operation;
      return null;
    },
    set(place, patch) {
      places.set(place, { ...current.get(place), ...patch });
      for (const listener of Array.from(listeners)) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  byClient.set(client, current);
  return current;
}
