import * as z from 'zod';
import { tiers } from './domain/tiers.ts';
import type { RunningServer } from './server.ts';

/** What a fresh user of the local chain owns: enough for the second level. */
export const DEV_VOLUME = 500_000;
export const DEV_BADGES = [
  { id: 'badge-early-bird', name: 'Early Bird' },
  { id: 'badge-strategist', name: 'Strategist' },
] as const;

/** Badges that trading on earns, in order. */
const MORE_BADGES = [
  'Night Owl',
  'Liquidity Scout',
  'Trend Reader',
  'Risk Keeper',
  'Deep Diver',
  'Market Maker',
];

const wallet = z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{32,44}$/);
const user = z.strictObject({ wallet, volume: z.int().nonnegative().default(DEV_VOLUME) });
const named = z.strictObject({ wallet });
const rpcCall = z.strictObject({
  jsonrpc: z.literal('2.0'),
  id: z.int(),
  method: z.enum(['getGenesisHash', 'getSignatureStatuses', 'getTransaction']),
  params: z.array(z.unknown()),
});

type DevContext = Pick<RunningServer, 'records' | 'issueToken' | 'cluster'>;

const idOf = (address: string) => `user-${address.slice(0, 12)}`;
const answer = (value: unknown, status: number) =>
  Response.json(value, { status, headers: { 'cache-control': 'no-store' } });

const routes: Readonly<Record<string, (context: DevContext, body: unknown) => Promise<Response>>> =
  {
    /** Signs a wallet in, and makes a user with volume and badges of one that was never seen. */
    async '/dev/users'({ records, issueToken }, body) {
      const given = user.parse(body);
      const id = idOf(given.wallet);
      const made = await records.addUser(
        { id, wallet: given.wallet, volume: given.volume },
        DEV_BADGES,
      );
      return answer({ id, token: await issueToken(id) }, made ? 201 : 200);
    },

    /** One SOL, where the chain is local. */
    async '/dev/faucet'({ cluster }, body) {
      if (!cluster.local) return answer({ error: 'Only the local chain gives SOL away.' }, 404);
      await cluster.airdrop(named.parse(body).wallet, 1_000_000_000n);
      return answer({ lamports: 1_000_000_000 }, 200);
    },

    /**
     * What a receipt is checked against: a page served by TLS may not ask the local chain itself.
     */
    async '/dev/rpc'({ cluster }, body) {
      if (!cluster.local) return answer({ error: 'Only the local chain is shown.' }, 404);
      const call = rpcCall.parse(body);
      const response = await fetch(cluster.rpcUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(call),
      });
      return answer(await response.json(), response.status);
    },

    /**
     * The volume and the badges that the next level asks for, as if the user had gone on trading.
     */
    async '/dev/trade'({ records }, body) {
      const id = idOf(named.parse(body).wallet);
      const [found, nft, badges] = await Promise.all([
        records.user(id),
        records.activeNft(id),
        records.badges(id),
      ]);
      if (!found) return answer({ error: 'There is no such user.' }, 404);
      const level = tiers.find((tier) => tier.id === nft?.tier_id)?.level ?? 0;
      const next = tiers[level] ?? tiers.at(-1);
      const usable = badges.filter((badge) => badge.status !== 'consumed').length;
      const earned = Array.from(
        { length: Math.max(0, (next?.badges ?? 0) - usable) },
        (_, index) => {
          const number = badges.length + index;
          const round = 1 + Math.floor(number / MORE_BADGES.length);
          return {
            id: `badge-${number + 1}`,
            name: `${MORE_BADGES[number % MORE_BADGES.length]} ${round}`,
          };
        },
      );
      await records.trade(id, Math.max(found.volume, next?.volume ?? 0), earned);
      return answer(
        { volume: Math.max(found.volume, next?.volume ?? 0), badges: earned.length },
        200,
      );
    },
  };

/**
 * `POST /dev/users`, `/dev/faucet` and `/dev/trade` stand in for the sign-in and the trading of a
 * real product: they believe whatever wallet they are told. `/dev/rpc` lets the page read the local
 * chain. They exist only where DEV_USERS or the built-in chain says so. Null for another path.
 */
export async function serveDev(context: DevContext, request: Request): Promise<Response | null> {
  const { pathname } = new URL(request.url);
  if (request.method !== 'POST' || !Object.hasOwn(routes, pathname)) return null;
  try {
    return (await routes[pathname]?.(context, await request.json().catch(() => null))) ?? null;
  } catch (thrown) {
    if (thrown instanceof z.ZodError)
      return answer({ error: 'Send {"wallet": "<base58 address>"}.' }, 422);
    throw thrown;
  }
}
