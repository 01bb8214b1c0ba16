import type { claim } from '@aiw3/nft-upgrade/protocol';
import type { ProcessRules } from '@aiw3/nft-upgrade-server-kit';
import { firstTier } from '../domain/tiers.ts';
import { deliver } from './deliver.ts';
import { describeTier } from './describe.ts';
import type { RulesContext } from './index.ts';
import { unqualified, volumeRequirement } from './requirements.ts';

/** The first unlock: volume only, nothing is burned. */
export const claimRules = ({
  records,
  images,
  standard,
}: RulesContext): ProcessRules<typeof claim> => ({
  subject: async ({ principal }) => `first:${principal.id}`,

  async qualify({ principal }) {
    const [user, nft] = await Promise.all([
      records.user(principal.id),
      records.activeNft(principal.id),
    ]);
    if (nft)
      return {
        qualified: false,
        error: 'You have an NFT already.',
        requirements: [{ code: 'no_nft_yet', required: 0, actual: 1 }],
      };
    return (
      unqualified(volumeRequirement(firstTier, user?.volume ?? 0)) ?? {
        qualified: true,
        facts: {
          targetTier: { tierId: firstTier.id, tierName: firstTier.name, level: firstTier.level },
        },
      }
    );
  },

  describe: async () => describeTier(firstTier, images.get(firstTier.id) ?? '', standard),
  record: (operation) => deliver(records, operation, firstTier),
});
