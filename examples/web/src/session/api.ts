import type { Tier as ServedTier } from '../../../upgrade-server/src/domain/tiers.ts';

/** What the example server tells beside the processes; see examples/upgrade-server/src/site.ts. */
export interface Tier extends ServedTier {
  /** Address of its picture. */
  image: string;
}

export interface Site {
  /** `local`, or the name of a public cluster. */
  cluster: string;
  /** Whether this server signs in everybody who names a wallet: with the local chain only. */
  devUsers: boolean;
  /** Address of the local chain, for explorers; null for a public one. */
  rpcUrl: string | null;
  /** Public keys that verify receipts, base58: the present one, and former ones. */
  receiptKeys: readonly string[];
  tiers: readonly Tier[];
}

export interface Badge {
  badgeId: string;
  name: string;
  status: 'owned' | 'activated' | 'consumed';
}

export interface Me {
  id: string;
  wallet: string;
  volume: number;
  nft: { nftId: string; tierId: string; mintAddress: string; metadataUri: string } | null;
  badges: readonly Badge[];
}

async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(path, init);
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return (await response.json()) as T;
}

const post = <T>(path: string, body: object) =>
  ask<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

export const getSite = () => ask<Site>('/api/site');
export const getMe = (token: string) =>
  ask<Me>('/api/me', { headers: { authorization: `Bearer ${token}` } });

/**
 * Stands in for the sign-in of your product. A wallet that was never seen gets a first SOL for its
 * fees, where the chain is local.
 */
export async function signIn(wallet: string): Promise<string> {
  const response = await fetch('/dev/users', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ wallet }),
  });
  if (!response.ok) throw new Error('This server has no sign-in for visitors.');
  const { token } = (await response.json()) as { token: string };
  if (response.status === 201) await getTestSol(wallet);
  return token;
}

/** Asks the local chain through the server, which lets the page read there. */
export async function callLocalChain(method: string, params: readonly unknown[]): Promise<unknown> {
  const { result } = await post<{ result: unknown }>('/dev/rpc', {
    jsonrpc: '2.0',
    id: 1,
    method,
    params,
  });
  return result;
}

export const getTestSol = (wallet: string) => post<unknown>('/dev/faucet', { wallet });
export const tradeOn = (wallet: string) => post<unknown>('/dev/trade', { wallet });
