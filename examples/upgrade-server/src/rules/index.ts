import type { Records } from '../records/records.ts';
import { badgeActivationRules } from './badge-activation.ts';
import { claimRules } from './claim.ts';
import { upgradeRules } from './upgrade.ts';

export interface RulesContext {
  records: Records;
  /** CID of the picture of each tier. */
  images: ReadonlyMap<string, string>;
  /** Token standard of new NFTs. */
  standard: string;
}

/** What this product decides for each process. */
export const createRules = (context: RulesContext) => ({
  upgrade: upgradeRules(context),
  claim: claimRules(context),
  badge_activation: badgeActivationRules(context),
});
