import type { Cluster } from './cluster.ts';
import { tiers } from './domain/tiers.ts';
import type { Records } from './records/records.ts';

interface SiteContext {
  records: Records;
  authenticate(request: Request): Promise<{ id: string } | null>;
  cluster: Cluster;
  images: ReadonlyMap<string, string>;
  /** Public key that verifies receipts, base58. */
  receiptKey: string;
  /** Whether `/dev` is served. */
  dev: boolean;
}

/** Genesis hashes of the public clusters, as explorers name them. */
const clusters: Readonly<Record<string, string>> = {
  '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d': 'mainnet-beta',
  EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG: 'devnet',
  '4uhcVJyU9pJkvQyS88uRDiswHScSCkY3wQmFznhczaTM': 'testnet',
};

const answer = (value: unknown, status = 200) =>
  Response.json(value, { status, headers: { 'cache-control': 'no-store' } });

/**
 * What the page asks for beside the processes: `GET /api/site` for everybody, `GET /api/me` for a
 * signed-in user. Null for another path.
 */
export function createSite({
  records,
  authenticate,
  cluster,
  images,
  receiptKey,
  dev,
}: SiteContext) {
  return async function serveSite(request: Request): Promise<Response | null> {
    if (request.method !== 'GET') return null;
    switch (new URL(request.url).pathname) {
      case '/api/site': {
        const name = cluster.local
          ? 'local'
          : (clusters[await cluster.chain.identity()] ?? 'custom');
        return answer({
          cluster: name,
          devUsers: dev,
          rpcUrl: cluster.local ? cluster.rpcUrl : null,
          // A receipt can be verified by everybody: offline by this key, and against the chain by
          // any node. After a rotation both keys stand here.
          receiptKeys: [receiptKey],
          tiers: tiers.map((tier) => ({ ...tier, image: `/ipfs/${images.get(tier.id)}` })),
        });
      }
      case '/api/me': {
        const principal = await authenticate(request);
        const user = principal && (await records.user(principal.id));
        if (!user) return answer({ error: 'Sign in first.' }, 401);
        const [badges, nft] = await Promise.all([
          records.badges(user.id),
          records.activeNft(user.id),
        ]);
        return answer({
          ...user,
          nft: nft
            ? {
                nftId: nft.nft_id,
                tierId: nft.tier_id,
                mintAddress: nft.mint_address,
                metadataUri: nft.metadata_uri,
              }
            : null,
          badges: badges.map(({ badge_id, name, status }) => ({ badgeId: badge_id, name, status })),
        });
      }
      default:
        return null;
    }
  };
}
