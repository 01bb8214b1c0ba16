import { setTimeout as pause } from 'node:timers/promises';
import { isNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { burnMemo } from '@aiw3/nft-upgrade/solana';
import { TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID } from '@solana/spl-token';
import {
  Connection,
  Keypair,
  PublicKey,
  type TransactionInstruction,
  VersionedTransaction,
} from '@solana/web3.js';
import type {
  BurnAttempt,
  BurnObservation,
  Chain,
  HeldNft,
  MintAttempt,
  MintObservation,
  MintRequest,
} from '../ports/chain.ts';
import { type LiteControls, type LiteOptions, startChain } from '../testing/chain/index.ts';
import { createSolanaChain, type SolanaChainOptions } from './chain.ts';
import { issueNft } from './issue.ts';
import { recentBlockhash } from './rpc/reads.ts';
import { createRpc } from './rpc.ts';
import { compile, submit } from './transaction.ts';

// For tests only: a local chain with a funded authority, and what wallets and attackers do on it.

/** What a burn of these tests carries. */
export const memoFor = (operationId: string): string =>
  burnMemo({ operationId, deployment: 'test-tag' });

export const runtimes = ['surfpool', 'lite'] as const;
export type Runtime = (typeof runtimes)[number];
export const SOL = 1_000_000_000n;

/** Finality after few blocks, so that a suite takes seconds. */
const brisk: LiteOptions = { finalizeDepth: 8 };

export async function openSolanaEnvironment(
  runtime: Runtime,
  options: Partial<SolanaChainOptions> = {},
  pace = brisk,
) {
  const lite = runtime === 'lite' ? await startChain({ runtime, ...pace }) : null;
  const local = lite ?? (await startChain({ runtime, slotMs: 10 }));
  const rpc = await createRpc({ endpoints: [local.rpcUrl], onWarning: () => {} });
  const [endpoint] = await rpc.use(async (node) => [node] as const);
  const authority = Keypair.generate();
  await local.airdrop(authority.publicKey.toBase58(), 100n * SOL);
  const chain = createSolanaChain({ rpc, authority, ...options });
  const connection = new Connection(local.rpcUrl, 'confirmed');
  let operations = 0;

  const solana = {
    local,
    rpc,
    endpoint,
    chain,
    connection,
    authority,
    /** Only on lite. */
    get controls(): LiteControls {
      if (!lite) throw new TypeError('This test needs the lite runtime.');
      return lite.controls;
    },

    operationId: () =>
      `upg_${Date.now().toString(36)}${(operations++).toString(36).padStart(4, '0')}`,

    async wallet(lamports = SOL): Promise<Keypair> {
      const keypair = Keypair.generate();
      if (lamports > 0n) await local.airdrop(keypair.publicKey.toBase58(), lamports);
      return keypair;
    },

    /** Gives a wallet an NFT, the way a first tier is created. */
    issue: async (
      owner: Keypair,
      standard: Parameters<typeof issueNft>[0]['standard'] = 'spl-token',
    ): Promise<HeldNft> => {
      const { mint } = await issueNft({
        connection: local.rpcUrl,
        authority,
        owner: owner.publicKey.toBase58(),
        standard,
        name: 'Tech Chicken',
        symbol: 'TC',
        uri: 'ipfs://old',
      });
      return createSolanaChain({ rpc, authority, ...options }).burn.locate({
        mint,
        owner: owner.publicKey.toBase58(),
      });
    },

    /** A wallet with an NFT and the burn transaction of an operation. */
    async begin(standard: Parameters<typeof issueNft>[0]['standard'] = 'spl-token') {
      const owner = await solana.wallet();
      const nft = await solana.issue(owner, standard);
      const operationId = solana.operationId();
      const attempt = await chain.burn.prepare({
        operationId,
        memo: memoFor(operationId),
        nft,
        attempt: 1,
      });
      return { owner, nft, operationId, attempt };
    },

    /**
     * Sends instructions past every check, and waits until they are on the chain, succeeded or not.
     */
    async land(
      instructions: readonly TransactionInstruction[],
      signers: readonly [Keypair, ...Keypair[]],
      version: 'legacy' | 0 = 'legacy',
    ): Promise<string> {
      const { blockhash } = await recentBlockhash(endpoint, 'confirmed');
      const transaction = compile({
        payer: signers[0].publicKey,
        blockhash,
        instructions,
        version,
        units: 400_000,
      });
      transaction.sign([...signers]);
      return solana.sendRaw(transaction.serialize());
    },

    async sendRaw(bytes: Uint8Array): Promise<string> {
      const signature = await connection.sendRawTransaction(bytes, {
        skipPreflight: true,
        maxRetries: 0,
      });
      await until(
        () => solana.status(signature),
        (status) => status === 'confirmed' || status === 'finalized',
      );
      return signature;
    },

    async status(signature: string): Promise<string> {
      const { value } = await connection.getSignatureStatuses([signature]);
      return value[0]?.confirmationStatus ?? 'unknown';
    },

    /** Mint addresses of what a wallet holds. */
    async held(owner: PublicKey): Promise<string[]> {
      const lists = await Promise.all(
        [TOKEN_PROGRAM_ID, TOKEN_2022_PROGRAM_ID].map((programId) =>
          connection.getParsedTokenAccountsByOwner(owner, { programId }),
        ),
      );
      return lists.flatMap(({ value }) =>
        value.flatMap(({ account }) => {
          const { mint, tokenAmount } = account.data.parsed.info as {
            mint: string;
            tokenAmount: { amount: string };
          };
          return tokenAmount.amount === '1' ? [mint] : [];
        }),
      );
    },

    finalized: (signature: string) =>
      until(
        () => solana.status(signature),
        (status) => status === 'finalized',
      ),

    /** Passes the last block height of everything prepared so far. */
    async expire(): Promise<void> {
      const { lastValidBlockHeight } = await recentBlockhash(endpoint, 'processed');
      lite?.controls.advance(200);
      await until(
        async () => (await connection.getEpochInfo('finalized')).blockHeight ?? 0,
        (height) => height > lastValidBlockHeight,
      );
    },

    mintRequest: (recipient: PublicKey, extra: Partial<MintRequest> = {}): MintRequest => ({
      identity: solana.operationId(),
      key: chain.mint.key,
      recipient: recipient.toBase58(),
      standard: 'token-2022',
      name: 'Quant Ape',
      symbol: 'QA',
      uri: 'ipfs://bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy',
      attributes: [
        ['tier', '2'],
        ['level', 'Quant Ape'],
      ],
      ...extra,
    }),

    /** An order of somebody who was never seen. */
    order: (extra: Partial<MintRequest> = {}): MintRequest =>
      solana.mintRequest(Keypair.generate().publicKey, extra),

    /** What the port says of a mint once that is certain. */
    settled: (
      request: MintRequest,
      attempts: readonly MintAttempt[],
      by: Chain = chain,
    ): Promise<MintObservation> =>
      until(
        () => by.mint.observe(request, attempts),
        ({ kind }) => kind !== 'pending',
      ),

    /** Broadcasts nothing: what the port says of the burn now. */
    observe: (
      attempt: BurnAttempt,
      signatures: readonly string[] = [],
      ruledOut: readonly string[] = [],
    ): Promise<BurnObservation> =>
      chain.burn.observe({ attempts: [attempt], signatures, ruledOut }),
    submit: (bytes: Uint8Array) => submit(endpoint, bytes),
    stop: () => local.stop(),
  };
  return solana;
}

export type SolanaEnvironment = Awaited<ReturnType<typeof openSolanaEnvironment>>;

/** What a wallet does with a transaction that it shows and signs. */
export function signWith(base64: string, ...signers: readonly Keypair[]): string {
  const transaction = VersionedTransaction.deserialize(Buffer.from(base64, 'base64'));
  transaction.sign([...signers]);
  return Buffer.from(transaction.serialize()).toString('base64');
}

/** Reads again until it holds. Fails with the last value after half a minute. */
export async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  const end = Date.now() + 30_000;
  for (;;) {
    const value = await read().catch(unlessBehind);
    if (value !== undefined && holds(value)) return value;
    if (Date.now() > end) throw new RangeError(`Still ${JSON.stringify(value)} after 30 s.`);
    await pause(20);
  }
}

/** A node that has not caught up says so, and is asked again. */
function unlessBehind(thrown: unknown): undefined {
  if (!isNftUpgradeError(thrown) || thrown.code !== 'rpc_unavailable') throw thrown;
}

/** What a mint account says, read past the code under test. */
export async function mintFacts(
  connection: Connection,
  address: string,
): Promise<{ supply: string; authority: string | null } | null> {
  const { value } = await connection.getParsedAccountInfo(new PublicKey(address));
  const data = value?.data;
  if (!data || !('parsed' in data)) return null;
  const info = data.parsed.info as { supply: string; mintAuthority: string | null };
  return { supply: info.supply, authority: info.mintAuthority };
}
