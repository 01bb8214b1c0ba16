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

interface Open {
  readonly key: string;
  readonly at: number;
}

/** Remembers in memory, and in the storage of the tab for a reload in the middle of a start. The storage sees ids only. */
export function createKeyRing(environment: Environment): KeyRing {
  const open = new Map<string, Open>();
  const nameOf = (process: string, input: object) => `aiw3-nft-upgrade:start:${process}:${canonical(input)}`;
  const alive = (entry: Open | null | undefined): entry is Open => !!entry && Math.abs(environment.clock.now() - entry.at) < MAX_AGE_MS;

  return {
    take(process, input) {
      const name = nameOf(process, input);
      const known = open.get(name) ?? read(environment, name);
      const entry = alive(known) ? known : { key: environment.randomUUID(), at: environment.clock.now() };
      open.set(name, entry);
      // A full or forbidden storage costs only the reload case, and `active()` covers that too.
      attemptQuietly(() => environment.storage?.setItem(name, JSON.stringify(entry)));
      return entry.key;
    },
    settle(process, input, key) {
      const name = nameOf(process, input);
      if (open.get(name)?.key !== key) return;
      open.delete(name);
      attemptQuietly(() => environment.storage?.removeItem(name));
    },
  };
}

function read(environment: Environment, name: string): Open | null {
  let entry: Open | null = null;
  attemptQuietly(() => {
    const value: unknown = JSON.parse(environment.storage?.getItem(name) ?? 'null');
    if (typeof value !== 'object' || value === null || !('key' in value) || !('at' in value)) return;
    const { key, at } = value;
    if (typeof key === 'string' && /^[\x21-\x7e]{8,128}$/.test(key) && typeof at === 'number') entry = { key, at };
  });
  return entry;
}

function attemptQuietly(task: () => void): void {
  try {
    task();
  } catch {
    // storage of browsers throws when it is full, blocked, or holds what another program wrote
  }
}

/** The same input in another order of its fields is the same input. */
const canonical = (input: object): string => JSON.stringify(Object.entries(input).sort(([a], [b]) => (a < b ? -1 : 1)));
