import type { Connection } from '@solana/web3.js';
import { NftUpgradeError } from '../errors/index.ts';

export interface WalletAdapterOptions {
  /** Sends for wallets that can only sign and send. Without it such a wallet is answered with `wallet_unsupported`. */
  connection?: Connection;
  /**
   * `sign` (default) takes the signed bytes back, so that the server stores them before it broadcasts them: nothing is lost when the page is closed.
   * `send` lets the wallet send. Whichever is missing is replaced by the other.
   */
  prefer?: 'sign' | 'send';
  /** How long one prompt may take, in milliseconds; then its outcome is `unknown`. Default 120,000. A hardware wallet may want 300,000. */
  timeoutMs?: number;
}

/** @throws NftUpgradeError `invalid_option` */
export function checkOptions({ connection, prefer = 'sign', timeoutMs = 120_000 }: WalletAdapterOptions) {
  if (prefer !== 'sign' && prefer !== 'send') throw invalid('prefer', "'sign' or 'send'");
  if (prefer === 'send' && connection === undefined) throw invalid('connection', "given for prefer: 'send'");
  // More than 2^31-1 makes setTimeout fire at once.
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > 2_147_483_647)
    throw invalid('timeoutMs', 'a whole number of milliseconds, such as 120_000');
  return { connection, prefer, timeoutMs };
}

const invalid = (option: string, expected: string): NftUpgradeError =>
  new NftUpgradeError('invalid_option', { message: `walletAdapter: ${option} must be ${expected}.`, details: { option } });
