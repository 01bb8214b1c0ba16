import type { upgrade } from '@aiw3/nft-upgrade/protocol';
import type { ProcessRules } from '@aiw3/nft-upgrade-server-kit';
import { tierAbove, tierById } from '../domain/tiers.ts';
import { deliver } from './deliver.ts';
import { describeTier } from './describe.ts';
import type { RulesContext } from './index.ts';
import { badgeRequirement, unqualified, volumeRequirement } from './requirements.ts';

/** NFTs that the reconciliation compares with the chain at a time. */
const PAGE = 200;

/** Volume, badges and the burn of the present NFT; one level at a time. */
export function upgradeRules({
  records,
  images,
  standard,
}: RulesContext): ProcessRules<typeof upgrade> {
  const targetOf = (id: string) => {
    const tier = tierById(id);
    const image = images.get(id);
    return tier && image ? { tier, image } : null;
  };
  return {
    subject: async ({ principal }) =>
      `nft:${(await records.activeNft(principal.id))?.mint_address ?? 'none'}`,

    async qualify({ id, principal, input }) {
      const target = targetOf(input.targetTierId);
      if (!target)
        return {
          qualified: false,
          error: 'There is no such tier.',
          requirements: [{ code: 'tier', required: 'tier-2 … tier-5', actual: input.targetTierId }],
        };
      const [user, nft] = await Promise.all([
        records.user(principal.id),
        records.activeNft(principal.id),
      ]);
      const current = nft && tierById(nft.tier_id);
      if (!user || !nft || !current)
        return {
          qualified: false,
          error: 'Claim your first NFT before you upgrade.',
          requirements: [{ code: 'nft_owned', required: 1, actual: 0 }],
        };
      const { tier } = target;
      if (tier.level !== current.level + 1) {
        const held = `${current.name}, level ${current.level}`;
        const message = `Your NFT is ${held}. Levels go up one at a time.`;
        return {
          qualified: false,
          error: message,
          requirements: [
            { code: 'tier_order', required: current.level + 1, actual: tier.level, message },
          ],
        };
      }
      const reserved = await records.reserveBadges(principal.id, id, tier.badges);
      const missing = unqualified([
        ...volumeRequirement(tier, user.volume),
        ...badgeRequirement(tier, reserved),
      ]);
      if (missing) return missing;
      return {
        qualified: true,
        facts: {
          currentNFT: {
            nftId: nft.nft_id,
            mintAddress: nft.mint_address,
            tierId: current.id,
            tierName: current.name,
          },
          targetTier: { tierId: tier.id, tierName: tier.name, level: tier.level },
        },
      };
    },

    async describe({ input }) {
      const { tier, image } = known(targetOf(input.targetTierId), input.targetTierId);
      return describeTier(tier, image, standard);
    },

    record: (operation) =>
      deliver(
        records,
        operation,
        known(targetOf(operation.input.targetTierId), operation.input.targetTierId).tier,
      ),
    release: ({ id }) => records.releaseBadges(id),

    // NFTs that the records still count as held. After a restore from before a burn, the burn is
    // found on the chain and its upgrade is begun again.
    async held({ after }) {
      const rows = await records.holdings(after, PAGE);
      const items = rows.flatMap(({ mint_address: mint, tier_id, user_id: id, wallet }) => {
        const tier = tierById(tier_id);
        const target = tier && tierAbove(tier);
        return target
          ? [{ principal: { id, wallet }, input: { targetTierId: target.id }, mint }]
          : [];
      });
      return { items, next: rows.length < PAGE ? null : (rows.at(-1)?.mint_address ?? null) };
    },
  };
}

function known<T>(value: T | null, id: string): T {
  if (value === null)
    throw new RangeError(`Tier ${id} passed the qualification and is now unknown.`);
  return value;
}
