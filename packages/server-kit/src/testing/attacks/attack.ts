import type { Arena, ArenaUser } from './arena.ts';

/** Something that is tried against us, and what has to come of it. */
export interface Attack {
  readonly id: string;
  /** What kind of attack it is; at most eight are of one. */
  readonly kind: string;
  /** The refusal, or the transition, that `run` has to come to. */
  readonly code: string;
  /** It got through on commit 654c948, before these checks. */
  readonly succeededBefore?: true;
  /** Tries it on the arena. Resolves to what came of it. */
  run(arena: Arena): Promise<string>;
}

/** Something that users, wallets and networks do, and that has to work. */
export interface Honest {
  readonly id: string;
  /** Where it ends. */
  readonly code: string;
  run(arena: Arena): Promise<string>;
}

/** Several of one kind. */
export const ofKind = (kind: string, attacks: readonly Omit<Attack, 'kind'>[]): readonly Attack[] =>
  attacks.map((attack) => ({ kind, ...attack }));

/** Where an operation has ended, and how many NFTs the wallet holds then. */
export const outcomeOf = async (
  arena: Arena,
  user: ArenaUser,
  { status }: { status: string },
): Promise<string> => `${status}, ${(await arena.held(user)).length} held`;
