import type { AnyProcess } from '../machine/types.ts';
import { badgeActivation } from './badge-activation.ts';
import { claim } from './claim.ts';
import { upgrade } from './upgrade.ts';

/** The processes of this version, by name. A further one is one more line. */
export const processes = { upgrade, claim, badge_activation: badgeActivation } as const;

export type ProcessName = keyof typeof processes;

/** A set of processes by name, as client and server take it. */
export type Processes = Readonly<Record<string, AnyProcess>>;

export { badgeActivation, claim, upgrade };
