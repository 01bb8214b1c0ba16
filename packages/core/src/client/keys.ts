import type { Environment } from './environment.ts';

/** Keeps the idempotency key of a start until its outcome is known, so that a repeated start is the same start. */
export interface KeyRing {
  /** The key of a start whose outcome is open, else a fresh one. */
  take(process: string, input: object): string;
  /** The outcome is known: the operation exists, or the start was refused. */
  settle(process: string, input: object, key: string): void;
}

/** A start that was lost longer ago is not what the user means by the next click. */
const MAX_AGE_MS = 3_600_000;

/** When a key was minted, and the key: what is remembered of a start. */
const ENTRY = /^(\S+) ([\x21-\x7e]{8,128})$/;

/** Remembers in memory, and in the storage of the tab for a reload in the middle of a start. The storage sees ids only. */
export function createKeyRing(environment: Environment): KeyRing {
  const open = new Map<string, string>();
  const nameOf = (process: string, input: object) => `aiw3-nft-upgrade:start:${process}:${canonical(input)}`;

  return {
    take(process, input) {
      const name = nameOf(process, input);
      const now = environment.clock.now();
      let entry = open.get(name) ?? quietly(() => environment.storage?.getItem(name)) ?? '';
      let [, at, key] = ENTRY.exec(entry) ?? [];
      if (key === undefined || !(Math.abs(now - Number(at)) < MAX_AGE_MS)) {
        key = environment.randomUUID();
        entry = `${now} ${key}`;
        // A full or forbidden storage costs only the reload case, and `active()` covers that too.
        quietly(() => environment.storage?.setItem(name, entry));
      }
      open.set(name, entry);
      return key;
    },
    settle(process, input, key) {
      const name = nameOf(process, input);
      if (!open.get(name)?.endsWith(` ${key}`)) return;
      open.delete(name);
      quietly(() => environment.storage?.removeItem(name));
    },
  };
}

function quietly<T>(task: () => T): T | undefined {
  try {
    return task();
  } catch {
    return undefined; // storage of browsers throws when it is full or blocked
  }
}

/** The same input in another order of its fields is the same input. */
const canonical = (input: object): string => JSON.stringify(Object.entries(input).sort(([a], [b]) => (a < b ? -1 : 1)));
