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
