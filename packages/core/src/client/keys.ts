import { idempotencyKeyPattern } from '../protocol/version.ts';
import { type Environment, quietly, storageOf } from './environment.ts';

/** An idempotency key, until the outcome of its start is known. */
export interface Key {
  readonly key: string;
  /** The outcome is known: the operation exists, or the start was refused. */
  settle(): void;
}

/**
 * The key of a start whose outcome is open, else a fresh one: a repeated start is the same start.
 */
export type KeyRing = (process: string, input: object) => Key;

/** A start that was lost longer ago is not what the user means by the next click. */
const MAX_AGE_MS = 3_600_000;

/**
 * Remembers in memory, and in the storage of the tab for a reload in the middle of a start. The
 * storage sees ids only.
 */
export function createKeyRing(environment: Environment): KeyRing {
  const open = new Map<string, string>();
  return (process, input) => {
    const name = `aiw3-nft-upgrade:start:${process}:${canonical(input)}`;
    const now = environment.clock.now();
    // When the key was minted, and the key.
    let entry = open.get(name) ?? quietly(() => storageOf(environment)?.getItem(name)) ?? '';
    let [at, key = ''] = entry.split(' ');
    if (!(Math.abs(now - Number(at)) < MAX_AGE_MS) || !idempotencyKeyPattern.test(key)) {
      key = environment.randomUUID();
      entry = `${now} ${key}`;
      // A full or forbidden storage costs only the reload case, and `active()` covers that too.
      quietly(() => storageOf(environment)?.setItem(name, entry));
    }
    open.set(name, entry);
    return {
      key,
      settle() {
        if (open.get(name) !== entry) return;
        open.delete(name);
        quietly(() => storageOf(environment)?.removeItem(name));
      },
    };
  };
}

/** The same input in another order of its fields is the same input. */
const canonical = (input: object): string =>
  JSON.stringify(Object.entries(input).sort(([a], [b]) => (a < b ? -1 : 1)));
