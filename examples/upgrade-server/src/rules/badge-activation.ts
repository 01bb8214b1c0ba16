import type { badgeActivation } from '@aiw3/nft-upgrade/protocol';
import type { ProcessRules } from '@aiw3/nft-upgrade-server-kit';
import type { RulesContext } from './index.ts';

/** A badge the user owns becomes one that counts for the next upgrade, for good. */
export const badgeActivationRules = ({
  records,
}: RulesContext): ProcessRules<typeof badgeActivation> => ({
  subject: async ({ principal, input }) => `badge:${principal.id}/${input.badgeId}`,

  async qualify({ principal, input }) {
    const badge = (await records.badges(principal.id)).find(
      ({ badge_id }) => badge_id === input.badgeId,
    );
    if (badge?.status !== 'owned') {
      const error = badge ? `This badge is ${badge.status} already.` : 'You do not own this badge.';
      return {
        qualified: false,
        error,
        requirements: [{ code: 'badge_owned', required: 'owned', actual: badge?.status ?? 'none' }],
      };
    }
    return {
      qualified: true,
      facts: { badge: { badgeId: badge.badge_id, name: badge.name, status: badge.status } },
    };
  },

  async record({ principal, input }) {
    const badge = await records.activateBadge(principal.id, input.badgeId);
    if (!badge) throw new RangeError(`Badge ${input.badgeId} is gone.`);
    return { badge: { badgeId: badge.badge_id, name: badge.name, status: badge.status } };
  },
});
