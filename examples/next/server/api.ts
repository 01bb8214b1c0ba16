import { createUpgradeClient, type UpgradeClient } from '@aiw3/nft-upgrade';
import { cookies } from 'next/headers';

/** Where the upgrade server is. The browser never talks to it: it talks to this app. */
export const apiUrl = (): string => process.env.API_URL ?? 'https://localhost:8443';

/**
 * The token of the user who asks, from a cookie that no script can read. Null for somebody who is
 * not signed in.
 */
export const tokenOf = async (): Promise<string | null> =>
  (await cookies()).get('token')?.value ?? null;

/** A client for one request, on behalf of one user. Never share one between users on a server. */
export const clientFor = (token: string): UpgradeClient =>
  createUpgradeClient({ baseUrl: apiUrl(), getToken: () => token });
