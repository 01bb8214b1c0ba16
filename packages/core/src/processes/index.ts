import { processRows } from '../generated.ts';
import type { DefinedProcess } from '../machine/define.ts';
import { type ProcessDefinition, processFromRows } from '../machine/process.ts';
import type { AnyProcess } from '../machine/types.ts';
import type { badgeActivation as BadgeActivation } from './badge-activation.ts';
import type { claim as Claim } from './claim.ts';
import type { upgrade as Upgrade } from './upgrade.ts';

/**
 * A process as it was written in zod, by its type; at run time made from data, so that a page loads
 * no zod.
 */
type Ready<P> =
  P extends DefinedProcess<infer Name, infer Input, infer Phases>
    ? ProcessDefinition<Name, Input, Phases>
    : never;

/** Burn the old NFT, get the next tier. */
export const upgrade: Ready<typeof Upgrade> = processFromRows(processRows.upgrade);
/** First unlock: a mint without a burn. */
export const claim: Ready<typeof Claim> = processFromRows(processRows.claim);
/** The user activates a badge for good, so that it counts for the next upgrade. */
export const badgeActivation: Ready<typeof BadgeActivation> = processFromRows(
  processRows.badge_activation,
);

/** The processes of this version, by name. A further one is one more line. */
export const processes = { upgrade, claim, badge_activation: badgeActivation } as const;

/** Name of a process of this version. */
export type ProcessName = keyof typeof processes;

/** A set of processes by name, as client and server take it. */
export type Processes = Readonly<Record<string, AnyProcess>>;
