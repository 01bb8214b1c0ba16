import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Connection, Keypair } from '@solana/web3.js';
import { createSolanaChain } from './chain.ts';
import { readStatuses } from './rpc/reads.ts';
import { createRpc } from './rpc.ts';
import type { NftStandard } from './standards/standard.ts';

/** Options of `issueNft`. */
export interface IssueOptions {
  /** RPC URL or connection. */
  connection: string | Connection;
  /** Mints and pays. */
  authority: Keypair;
  /** Who gets it, base58. */
  owner: string;
  /** Name of a standard, or one of your own. Default `token-2022`. */
  standard?: string | NftStandard;
  name: string;
  symbol: string;
  uri: string;
  /** Default none. */
  attributes?: readonly (readonly [key: string, value: string])[];
  /** Longest wait for the mint to be visible, in milliseconds. Default 60 000. */
  timeoutMs?: number;
}

/** An NFT that was issued outside of any operation. */
export interface IssuedNft {
  /** Mint address, base58. */
  mint: string;
  signature: string;
}

/**
 * Mints an NFT outside of any operation, in the very form that operations mint: for demos, tests,
 * and a first collection. Resolves once it is confirmed. @throws NftUpgradeError
 * `mint_authority_unfunded`, `mint_failed_on_chain`, `nft_unsupported`, `rpc_unavailable`
 */
export async function issueNft(options: IssueOptions): Promise<IssuedNft> {
  const {
    authority,
    owner,
    standard = 'token-2022',
    name,
    symbol,
    uri,
    attributes = [],
    timeoutMs = 60_000,
  } = options;
  const rpc = await createRpc({ endpoints: [options.connection], onWarning: () => {} });
  const own = typeof standard === 'string' ? {} : { standards: [standard] };
  const { mint } = createSolanaChain({ rpc, authority, ...own });
  const request = {
    identity: `issue_${randomUUID()}`,
    key: mint.key,
    recipient: owner,
    standard: typeof standard === 'string' ? standard : standard.name,
    name,
    symbol,
    uri,
    attributes,
  };
  const attempt = await mint.prepare(request, 1);
  const { signature, mintAddress } = attempt;
  const giveUpAt = Date.now() + timeoutMs;
  // Local chains confirm within milliseconds, real ones within seconds.
  for (let waitMs = 15; Date.now() < giveUpAt; waitMs = Math.min(waitMs * 1.5, 1_000)) {
    await mint.send(attempt);
    const [status] = await rpc.use((endpoint) => readStatuses(endpoint, [signature]));
    if (status?.err)
      throw new NftUpgradeError('mint_failed_on_chain', { details: { error: status.err } });
    if (status?.confirmationStatus === 'confirmed' || status?.confirmationStatus === 'finalized')
      return { mint: mintAddress, signature };
    await pause(waitMs);
  }
  throw new NftUpgradeError('rpc_unavailable', {
    message: `The mint was not confirmed within ${timeoutMs} ms.`,
  });
}
