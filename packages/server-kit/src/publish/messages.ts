import type { Publication } from '../ports/sink.ts';

/** What a message says: plain JSON, with the name by which consumers know it. */
export interface Message {
  readonly [field: string]: unknown;
  readonly eventType: string;
}

const text = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>(
    (found, key) =>
      typeof found === 'object' && found !== null
        ? (found as Record<string, unknown>)[key]
        : undefined,
    value,
  ) ?? null;

/**
 * Messages with a name and a body of their own. `nft_upgraded` is the one of the integration guide,
 * field by field.
 */
const named: Readonly<Record<string, (publication: Publication) => Message>> = {
  'upgrade.completed': ({ principal, operationId, facts }) => ({
    eventType: 'nft_upgraded',
    userId: principal.id,
    upgradeId: operationId,
    fromTier: text(facts, 'currentNFT', 'tierId'),
    toTier: text(facts, 'targetTier', 'tierId'),
    newNFTId: text(facts, 'newNFT', 'nftId'),
  }),
  'claim.completed': ({ principal, operationId, facts }) => ({
    eventType: 'nft_claimed',
    userId: principal.id,
    claimId: operationId,
    toTier: text(facts, 'targetTier', 'tierId'),
    newNFTId: text(facts, 'newNFT', 'nftId'),
  }),
  'badge_activation.completed': ({ principal, operationId, facts }) => ({
    eventType: 'badge_activated',
    userId: principal.id,
    activationId: operationId,
    badgeId: text(facts, 'badge', 'badgeId'),
  }),
};

/**
 * The body of a publication. What has no name of its own is called after its process and status:
 * `upgrade_burn_verified`.
 */
export function messageOf(publication: Publication): Message {
  const own = Object.hasOwn(named, publication.type) ? named[publication.type] : undefined;
  if (own) return own(publication);
  const { process, status, principal, operationId, asset, event } = publication;
  return {
    eventType: `${process}_${status}`,
    userId: principal.id,
    operationId,
    asset,
    ...(typeof event.code === 'string' && { code: event.code }),
  };
}
