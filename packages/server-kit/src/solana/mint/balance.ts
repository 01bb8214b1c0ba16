import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { PublicKey } from '@solana/web3.js';
import type { Rpc } from '../rpc.ts';

/** How the mint authority stands. */
export interface AuthorityBalance {
  /** base58 */
  authority: string;
  lamports: number;
  /** Lamports below which people are called. */
  leastLamports: number;
  isLow: boolean;
}

export interface BalanceWatchOptions {
  rpc: Rpc;
  authority: PublicKey;
  /** Lamports below which it counts as low. Default 100 000 000 (0.1 SOL): about 25 mints of Token-2022. */
  leastLamports?: number;
  /** Pause between two looks, in milliseconds. Default 60 000. */
  everyMs?: number;
  /** Called when it becomes low, when it is no longer, and with the first look when it is low at the start. A throw is told to `onError`. */
  onChange(balance: AuthorityBalance): Promise<void> | void;
  /** Told what the node or `onChange` throws; the watch goes on. */
  onError(error: unknown): void;
}

/** Reads what the mint authority has, `confirmed`. @throws NftUpgradeError `rpc_unavailable` */
export async function authorityBalance(rpc: Rpc, authority: PublicKey, leastLamports = 100_000_000): Promise<AuthorityBalance> {
  const lamports = await rpc.use((endpoint) => endpoint.call((connection) => connection.getBalance(authority, 'confirmed')));
  return { authority: authority.toBase58(), lamports, leastLamports, isLow: lamports < leastLamports };
}

/**
 * Watches what the mint authority has, so that somebody fills it up before an owed NFT has to wait. Every preflight refuses a burn that the authority could not
 * answer; this is for the time between two.
 * @returns the function that ends it
 * @throws NftUpgradeError `invalid_option`
 */
export function watchAuthorityBalance(options: BalanceWatchOptions): () => void {
  const { rpc, authority, leastLamports = 100_000_000, everyMs = 60_000, onChange, onError } = options;
  for (const [option, value] of Object.entries({ leastLamports, everyMs }))
    if (!Number.isSafeInteger(value) || value < 1 || value > 2 ** 53 - 1)
      throw new NftUpgradeError('invalid_option', {
        message: `watchAuthorityBalance: ${option} must be a whole number above 0.`,
        details: { option },
      });
  let wasLow = false;
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const look = async (): Promise<void> => {
    try {
      const balance = await authorityBalance(rpc, authority, leastLamports);
      if (!ended && balance.isLow !== wasLow) await onChange(balance);
      // Only now: an alert that could not be given is given again.
      wasLow = balance.isLow;
    } catch (thrown) {
      onError(thrown);
    }
    if (!ended) timer = setTimeout(() => void look(), everyMs).unref();
  };
  void look();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
