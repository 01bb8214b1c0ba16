import type { upgrade } from '@aiw3/nft-upgrade/protocol';
import type { ProcessRules } from '@aiw3/nft-upgrade-server-kit';
import { tierById } from '../domain/tiers.ts';
import { deliver } from './deliver.ts';
import { describeTier } from './describe.ts';
import type { RulesContext } from './index.ts';
import { badgeRequirement, unqualified, volumeRequirement } from './requirements.ts';

/** Volume, badges and the burn of the present NFT; one level at a time. */
export function upgradeRules({ records, images, standard }: RulesContext): ProcessRules<typeof upgrade> {
  const targetOf = (id: string) => {
    const tier = tierById(id);
    const image = images.get(id);
    return tier && image ? { tier, image } : null;
  };
  return {
    subject: async ({ principal }) => `nft:${(await records.activeNft(principal.id))?.mint_address ?? 'none'}`,

    async qualify({ id, principal, input }) {
      const target = targetOf(input.targetTierId);
      if (!target)
        return {
          qualified: false,
          error: 'There is no such tier.',
          requirements: [{ code: 'tier', required: 'tier-2 … tier-5', actual: input.targetTierId }],
        };
      const [user, nft] = await Promise.all([records.user(principal.id), records.activeNft(principal.id)]);
      const current = nft && tierById(nft.tier_id);
      if (!user || !nft || !current)
        return {
          qualified: false,
          error: 'Claim your first NFT before you upgrade.',
          requirements: [{ code: 'nft_owned', required: 1, actual: 0 }],
        };
      const { tier } = target;
      if (tier.level !== current.level + 1) {
        const message = `Your NFT is ${current.name}, level ${current.level}. Levels go up one at a time.`;
        return {
          qualified: false,
          error: message,
          requirements: [{ code: 'tier_order', required: current.level + 1, actual: tier.level, message }],
        };
      }
      const reserved = await records.reserveBadges(principal.id, id, tier.badges);
      const missing = unqualified([...volumeRequirement(tier, user.volume), ...badgeRequirement(tier, reserved)]);
      if (missing) return missing;
      return {
        qualified: true,
        facts: {
          currentNFT: { nftId: nft.nft_id, mintAddress: nft.mint_address, tierId: current.id, tierName: current.name },
          targetTier: { tierId: tier.id, tierName: tier.name, level: tier.level },
        },
      };
    },

    async describe({ input }) {
      const { tier, image } = known(targetOf(input.targetTierId), input.targetTierId);
      return describeTier(tier, image, standard);
    },

    record: (operation) => deliver(records, operation, known(targetOf(operation.input.targetTierId), operation.input.targetTierId).tier),
    release: ({ id }) => records.releaseBadges(id),
  };
}

function known<T>(value: T | null, id: string): T {
  if (value === null) throw new RangeError(`Tier ${id} passed the qualification and is now unknown.`);
  return value;
}
