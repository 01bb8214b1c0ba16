import { isNftUpgradeError } from '../errors/index.ts';

/** A rule is broken; the message says what was seen. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** A rule could not be looked at; the message says why. */
export class Skip extends Error {
  override readonly name = 'Skip';
}

/** @throws Violation */
export function must(holds: unknown, seen: string): asserts holds {
  if (!holds) throw new Violation(seen);
}

/** @throws Skip */
export function given(holds: unknown, missing: string): asserts holds {
  if (!holds) throw new Skip(missing);
}

/** What `read` found, in words. */
export function wrongIn(thrown: unknown): string {
  const { field, expected } = isNftUpgradeError(thrown) ? thrown.details : {};
  return `${String(field)}: expected ${String(expected)}`;
}
