import type { NewNft } from '@aiw3/nft-upgrade-server-kit';
import type { Tier } from '../domain/tiers.ts';

/**
 * The NFT of a tier. Asked twice, it gives the same document, so that its CID is known before the
 * upload.
 */
export function describeTier(tier: Tier, imageCid: string, standard: string): NewNft {
  const image = `ipfs://${imageCid}`;
  return {
    standard,
    name: tier.name,
    symbol: 'AIW3',
    metadata: {
      name: tier.name,
      symbol: 'AIW3',
      description:
        `AIW3 equity NFT, level ${tier.level}: ${tier.benefits.tradingFeeReduction} ` +
        `lower trading fees and ${tier.benefits.aiAgentUsesPerWeek} AI agent uses a week.`,
      image,
      attributes: [
        { trait_type: 'Level', value: tier.level },
        { trait_type: 'Trading fee reduction', value: tier.benefits.tradingFeeReduction },
        { trait_type: 'AI agent uses a week', value: tier.benefits.aiAgentUsesPerWeek },
      ],
      properties: { category: 'image', files: [{ uri: image, type: 'image/svg+xml' }] },
    },
    attributes: [
      ['level', String(tier.level)],
      ['tier', tier.id],
    ],
  };
}
