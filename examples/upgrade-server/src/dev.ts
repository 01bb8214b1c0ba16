import * as z from 'zod';
import type { RunningServer } from './server.ts';

/** What a fresh user of the local chain owns: enough for the second level. */
export const DEV_VOLUME = 500_000;
export const DEV_BADGES = [
  { id: 'badge-early-bird', name: 'Early Bird' },
  { id: 'badge-strategist', name: 'Strategist' },
] as const;

const body = z.strictObject({
  wallet: z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{32,44}$/),
  volume: z.int().nonnegative().default(DEV_VOLUME),
});

/**
 * `POST /dev/users`: makes a user with volume, badges and a token. It stands in for the sign-up and the trading of a real product, and exists only where
 * DEV_USERS or the built-in chain says so. Null for another path.
 */
export async function serveDev(context: Pick<RunningServer, 'records' | 'issueToken'>, request: Request): Promise<Response | null> {
  if (new URL(request.url).pathname !== '/dev/users' || request.method !== 'POST') return null;
  const parsed = body.safeParse(await request.json().catch(() => null));
  if (!parsed.success) return Response.json({ error: 'Send {"wallet": "<base58 address>"}.' }, { status: 422 });
  const { wallet, volume } = parsed.data;
  const id = `user-${wallet.slice(0, 12)}`;
  await context.records.addUser({ id, wallet, volume }, DEV_BADGES);
  return Response.json({ id, token: await context.issueToken(id) }, { status: 201, headers: { 'cache-control': 'no-store' } });
}
