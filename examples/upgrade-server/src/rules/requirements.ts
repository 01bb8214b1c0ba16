import type { Requirement } from '@aiw3/nft-upgrade-server-kit';
import type { Tier } from '../domain/tiers.ts';

const usdt = new Intl.NumberFormat('en-US');

export const volumeRequirement = (tier: Tier, actual: number): Requirement[] =>
  actual >= tier.volume
    ? []
    : [
        {
          code: 'trading_volume',
          required: tier.volume,
          actual,
          message: `Trade ${usdt.format(tier.volume - actual)} USDT more to unlock ${tier.name}.`,
        },
      ];

export const badgeRequirement = (tier: Tier, actual: number): Requirement[] =>
  actual >= tier.badges
    ? []
    : [
        {
          code: 'activated_badges',
          required: tier.badges,
          actual,
          message: `Activate ${tier.badges - actual} more badge(s) for ${tier.name}.`,
        },
      ];

/** An answer with what is missing, or null when nothing is. */
export const unqualified = (requirements: readonly Requirement[]) =>
  requirements.length === 0
    ? null
    : {
        qualified: false as const,
        error: requirements.map(({ message, code }) => message ?? code).join(' '),
        requirements,
      };
