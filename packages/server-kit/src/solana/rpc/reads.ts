import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { type AccountInfo, type Commitment, PublicKey } from '@solana/web3.js';
import type { ChainPoint } from '../../ports/chain.ts';
import { ask } from './ask.ts';
import type { Endpoint } from './endpoint.ts';
import { rpcCodeOf } from './failure.ts';
import type { RpcAnswer, ShownTransaction, SignatureStatus } from './methods.ts';
import { BLOCKHASH_LIFE, type RecentBlockhash } from './point.ts';

/**
 * Slot and block height have to come in one answer: two answers may come from two machines behind
 * one URL.
 */
export async function finalizedPoint(endpoint: Endpoint): Promise<ChainPoint> {
  const { absoluteSlot, blockHeight } = await ask(endpoint, 'getEpochInfo', [
    { commitment: 'finalized' },
  ]);
  return { slot: absoluteSlot, blockHeight };
}

/**
 * The finalized height by another way than `finalizedPoint`: from the life of its blockhash. Before
 * a transaction is called dead, both have to say so, because nothing else contradicts a height that
 * is wrong.
 */
export async function finalizedHeight(endpoint: Endpoint): Promise<number> {
  const { value } = await ask(endpoint, 'getLatestBlockhash', [{ commitment: 'finalized' }]);
  return value.lastValidBlockHeight - BLOCKHASH_LIFE;
}

/** What one node says. For a transaction that is handed out, see `Rpc.blockhash`. */
export async function recentBlockhash(
  endpoint: Endpoint,
  commitment: 'processed' | 'confirmed' | 'finalized',
): Promise<RecentBlockhash> {
  const { context, value } = await ask(endpoint, 'getLatestBlockhash', [{ commitment }]);
  return { ...value, slot: context.slot };
}

type ShownAccount = NonNullable<RpcAnswer<'getAccountInfo'>['value']>;

const accountOf = ({ owner, lamports, executable, data }: ShownAccount): AccountInfo<Buffer> => ({
  owner: new PublicKey(owner),
  lamports,
  executable,
  data: Buffer.from(data[0], 'base64'),
});

/** An account, as it was at `atLeast` or later. */
export async function readAccount(
  endpoint: Endpoint,
  address: PublicKey,
  commitment: Commitment,
  atLeast = 0,
): Promise<AccountInfo<Buffer> | null> {
  const { context, value } = await ask(endpoint, 'getAccountInfo', [
    address.toBase58(),
    { encoding: 'base64', commitment: settledBy(commitment) },
  ]);
  if (context.slot < atLeast) throw behind(endpoint, 'account');
  return value && accountOf(value);
}

/** Token accounts of an owner for one mint, raw, as they were at `atLeast` or later. */
export async function readTokenAccounts(
  endpoint: Endpoint,
  owner: PublicKey,
  mint: PublicKey,
  commitment: Commitment,
  atLeast = 0,
): Promise<readonly { pubkey: PublicKey; account: AccountInfo<Buffer> }[]> {
  const list = () =>
    ask(endpoint, 'getTokenAccountsByOwner', [
      owner.toBase58(),
      { mint: mint.toBase58() },
      { encoding: 'base64', commitment: settledBy(commitment) },
    ]);
  const { context, value } = await list().catch(async (thrown: unknown) => {
    // Nodes refuse the question for a mint that does not exist, or not yet at this commitment.
    if (rpcCodeOf(thrown) !== INVALID_PARAMS) throw thrown;
    const { context: at, value: account } = await ask(endpoint, 'getAccountInfo', [
      mint.toBase58(),
      { encoding: 'base64', commitment: settledBy(commitment) },
    ]);
    // It was created between the two questions, or something else is wrong: then the node may say
    // it again.
    return account ? list() : { context: at, value: [] };
  });
  if (context.slot < atLeast) throw behind(endpoint, 'token accounts');
  return value.map(({ pubkey, account }) => ({
    pubkey: new PublicKey(pubkey),
    account: accountOf(account),
  }));
}

const INVALID_PARAMS = -32_602;

/** The names of before 2020 are those of today. */
const settledBy = (commitment: Commitment): 'processed' | 'confirmed' | 'finalized' =>
  commitment === 'processed' || commitment === 'confirmed' ? commitment : 'finalized';

/**
 * What the node knows of each signature, in the order asked; null for one that it has never seen.
 */
export async function readStatuses(
  endpoint: Endpoint,
  signatures: readonly string[],
  atLeast = 0,
): Promise<readonly (SignatureStatus | null)[]> {
  const statuses: (SignatureStatus | null)[] = [];
  // getSignatureStatuses takes 256 signatures at most.
  for (let from = 0; from < signatures.length; from += 256) {
    const page = signatures.slice(from, from + 256);
    const { context, value } = await ask(endpoint, 'getSignatureStatuses', [
      page,
      { searchTransactionHistory: true },
    ]);
    if (context.slot < atLeast || value.length !== page.length) throw behind(endpoint, 'statuses');
    statuses.push(...value);
  }
  return statuses;
}

/** How sure the node is. Without a word about it, no more confirmations to come means final. */
export const commitmentOf = ({
  confirmationStatus,
  confirmations,
}: SignatureStatus): 'processed' | 'confirmed' | 'finalized' =>
  confirmationStatus ?? (confirmations === null ? 'finalized' : 'processed');

/**
 * The highest version there can be: a node shows the bytes of every transaction then, and what this
 * code cannot read it finds out by itself.
 */
export const ANY_VERSION = 127;
const UNSUPPORTED_VERSION = -32_015;

/**
 * A landed transaction, in bytes. @returns null while the node does not show it, `unsupported` for
 * a version that the node does not show
 */
export const readTransaction = (
  endpoint: Endpoint,
  signature: string,
): Promise<ShownTransaction | null | 'unsupported'> =>
  ask(endpoint, 'getTransaction', [
    signature,
    { commitment: 'confirmed', encoding: 'base64', maxSupportedTransactionVersion: ANY_VERSION },
  ]).catch((thrown: unknown) => {
    if (rpcCodeOf(thrown) === UNSUPPORTED_VERSION) return 'unsupported' as const;
    throw thrown;
  });

/** The node answered, but not with what the question needs: another one, or this one later, may. */
export function behind(endpoint: Endpoint, what: string): NftUpgradeError {
  return new NftUpgradeError('rpc_unavailable', {
    message: `The Solana RPC node ${endpoint.host} is behind (${what}).`,
    details: { host: endpoint.host, reason: what },
  });
}
