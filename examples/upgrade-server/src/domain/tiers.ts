/** A level of the equity NFT. Every NFT of a level carries the same rights. */
export interface Tier {
  id: string;
  level: number;
  name: string;
  /** Trading volume that unlocks it, in USDT. */
  volume: number;
  /**
   * Activated badges that the upgrade to it consumes. The first level is claimed and needs none.
   */
  badges: number;
  benefits: { tradingFeeReduction: string; aiAgentUsesPerWeek: number };
  /** Two colours of its picture. */
  colours: readonly [string, string];
}

const tier = (
  level: number,
  name: string,
  volume: number,
  badges: number,
  fee: number,
  uses: number,
  colours: Tier['colours'],
): Tier => ({
  id: `tier-${level}`,
  level,
  name,
  volume,
  badges,
  benefits: { tradingFeeReduction: `${fee}%`, aiAgentUsesPerWeek: uses },
  colours,
});

export const tiers: readonly Tier[] = [
  tier(1, 'Tech Chicken', 100_000, 0, 10, 10, ['#f6c453', '#e8753a']),
  tier(2, 'Quant Ape', 500_000, 2, 20, 20, ['#6ee7b7', '#0e7490']),
  tier(3, 'On-chain Hunter', 5_000_000, 4, 30, 30, ['#93c5fd', '#4338ca']),
  tier(4, 'Alpha Alchemist', 10_000_000, 5, 40, 40, ['#f0abfc', '#7e22ce']),
  tier(5, 'Quantum Alchemist', 50_000_000, 6, 55, 55, ['#fda4af', '#be123c']),
];

export const firstTier = tiers[0] as Tier;
/** What an NFT of this level can be upgraded to. */
export const tierAbove = ({ level }: Tier): Tier | undefined =>
  tiers.find((candidate) => candidate.level === level + 1);
export const tierById = (id: string): Tier | undefined =>
  tiers.find((candidate) => candidate.id === id);
