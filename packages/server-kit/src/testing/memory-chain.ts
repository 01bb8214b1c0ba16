import { hash } from 'node:crypto';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type {
  BurnAttempt,
  BurnObservation,
  Chain,
  HeldNft,
  MintAttempt,
  MintObservation,
  MintRequest,
  SignedBurn,
} from '../ports/chain.ts';

/**
 * A base58-looking string that follows from its seed. Hexadecimal of one call: objects of the
 * crypto module are the collector's most expensive garbage.
 */
const name = (seed: string, length: 44 | 88): string =>
  hash('sha512', seed, 'hex').slice(0, length).replaceAll('0', 'z');

interface MemoryTransaction {
  mint: string;
  finalized: boolean;
  failed: boolean;
  slot: number;
}

/**
 * A chain in memory that keeps the rules the engine relies on: a burn needs the transaction that
 * was handed out, dies with its block height, and is final only after `finalize()`; a mint address
 * can be used once. For tests of rules and recovery; how a real chain behaves is tested on one.
 */
export function memoryChain(options: { autoFinalize?: boolean } = {}) {
  const holders = new Map<string, string>();
  const landed = new Map<string, MemoryTransaction>();
  const minted = new Map<
    string,
    { owner: string; signature: string; finalized: boolean; slot: number }
  >();
  const faults: { mint: NftUpgradeError[]; observe: NftUpgradeError[] } = { mint: [], observe: [] };
  const key = 'memory-1';
  let height = 100;
  let mints = 0;
  let autoFinalize = options.autoFinalize ?? true;

  const fail = (queue: NftUpgradeError[]) => {
    const fault = queue.shift();
    if (fault) throw fault;
  };

  const land = (attempt: BurnAttempt, signature: string) => {
    if (landed.has(signature) || height > attempt.lastValidBlockHeight) return;
    const failed = holders.get(attempt.nft.mint) !== attempt.nft.owner;
    landed.set(signature, {
      mint: attempt.nft.mint,
      finalized: autoFinalize,
      failed,
      slot: height,
    });
    if (!failed) holders.delete(attempt.nft.mint);
  };
  const addressOf = ({ key, identity }: Pick<MintRequest, 'key' | 'identity'>) =>
    name(`${key}/${identity}/mint`, 44);
  const handedOut = new Map<string, BurnAttempt>();
  const signatureOf = (attempt: BurnAttempt) =>
    name(`${attempt.operationId}/burn/${attempt.attempt}`, 88);

  const chain: Chain = {
    identity: async () => 'memory',
    burn: {
      async locate({ mint, owner }): Promise<HeldNft> {
        if (holders.get(mint) !== owner)
          throw new NftUpgradeError('nft_not_owned', { details: { required: 1, actual: 0 } });
        return {
          mint,
          owner,
          tokenAccount: name(`${mint}/account`, 44),
          tokenProgram: name('token', 44),
          standard: 'memory',
        };
      },
      async prepare({ operationId, memo, nft, attempt }) {
        const prepared: BurnAttempt = {
          operationId,
          attempt,
          nft,
          memo,
          transaction: Buffer.from(`${operationId}/${attempt}`).toString('base64'),
          version: 'legacy',
          blockhash: name(`hash/${height}`, 44),
          lastValidBlockHeight: height + 150,
          minSlot: height,
        };
        handedOut.set(signatureOf(prepared), prepared);
        return prepared;
      },
      async accept(signedTransaction, attempts): Promise<SignedBurn> {
        const attempt = attempts.find((candidate) => candidate.transaction === signedTransaction);
        if (!attempt) throw new NftUpgradeError('modified_beyond_policy');
        return {
          signature: signatureOf(attempt),
          attempt: attempt.attempt,
          transaction: signedTransaction,
        };
      },
      async broadcast({ signature }) {
        const attempt = handedOut.get(signature);
        if (attempt) land(attempt, signature);
      },
      async observe({ attempts, signatures, ruledOut = [] }): Promise<BurnObservation> {
        fail(faults.observe);
        for (const signature of [...signatures, ...attempts.map(signatureOf)].filter(
          (candidate) => !ruledOut.includes(candidate),
        )) {
          const found = landed.get(signature);
          if (!found) continue;
          if (!attempts.some((attempt) => signatureOf(attempt) === signature)) {
            return {
              kind: 'refused',
              signature,
              code: 'burn_memo_mismatch',
              message: 'That transaction belongs to another operation.',
            };
          }
          if (found.failed)
            return {
              kind: 'failed',
              signature,
              code: 'burn_transaction_failed',
              message: 'The burn failed.',
            };
          return found.finalized
            ? { kind: 'burned', signature, slot: found.slot }
            : { kind: 'pending', signature, commitment: 'confirmed' };
        }
        const nft = attempts[0]?.nft;
        const isOver = attempts.every((attempt) => height > attempt.lastValidBlockHeight);
        const proof = isOver && { proof: { slot: height, blockHeight: height } };
        if (nft && holders.get(nft.mint) !== nft.owner)
          return { kind: 'moved', message: 'The NFT is in another wallet.', ...proof };
        return proof ? { kind: 'dead', ...proof } : { kind: 'untouched' };
      },
      async find({ mint, owner }) {
        fail(faults.observe);
        for (const [signature, { slot, finalized, failed }] of landed) {
          const attempt = handedOut.get(signature);
          if (failed || !finalized || attempt?.nft.mint !== mint || attempt.nft.owner !== owner)
            continue;
          return { memo: attempt.memo, signature, slot };
        }
        return null;
      },
    },
    mint: {
      key,
      keys: [key],
      address: async (request) => addressOf(request),
      preflight: async () => fail(faults.mint),
      async prepare(request, attempt): Promise<MintAttempt> {
        fail(faults.mint);
        const signature = name(`${request.key}/${request.identity}/mint/${attempt}`, 88);
        const transaction = Buffer.from(
          JSON.stringify({ to: request.recipient, signature }),
        ).toString('base64');
        return {
          attempt,
          mintAddress: addressOf(request),
          signature,
          transaction,
          lastValidBlockHeight: height + 150,
        };
      },
      async send({ mintAddress, signature, transaction }) {
        fail(faults.mint);
        if (minted.has(mintAddress)) return;
        const { to } = JSON.parse(Buffer.from(transaction, 'base64').toString()) as { to: string };
        minted.set(mintAddress, { owner: to, signature, finalized: autoFinalize, slot: height });
        holders.set(mintAddress, to);
        mints += 1;
      },
      async observe(request, attempts, unknownUntil = 0): Promise<MintObservation> {
        const mintAddress = addressOf(request);
        const found = minted.get(mintAddress);
        if (found && !found.finalized) return { kind: 'pending', signature: found.signature };
        if (found)
          return {
            kind: 'minted',
            mintAddress,
            transactionSignature: found.signature,
            slot: found.slot,
          };
        const alive = attempts.find((attempt) => attempt.lastValidBlockHeight >= height);
        return alive || height <= unknownUntil
          ? { kind: 'pending', signature: alive?.signature ?? '' }
          : { kind: 'absent' };
      },
      standing: async (requests) => requests.filter((one) => minted.has(addressOf(one))),
      digest: async (by, text) => hash('sha256', `${by}/${text}`, 'hex'),
      elsewhere: async (request, knownKeys) =>
        [...new Set([key, ...knownKeys])]
          .filter((other) => other !== request.key)
          .map((other) => ({ ...request, key: other })),
      horizon: async () => height + 150,
    },
  };

  return {
    chain,
    /** Gives a wallet an NFT. */
    give: (mint: string, owner: string) => void holders.set(mint, owner),
    /** Who holds an NFT; null when it is burned. */
    ownerOf: (mint: string) => holders.get(mint) ?? null,
    /** How many new NFTs were created, ever. */
    mints: () => mints,
    /** The wallet signs and sends what was handed out; returns the signature. */
    submit(operationId: string, attempt = 1): string {
      const found = [...handedOut.values()].find(
        (candidate) => candidate.operationId === operationId && candidate.attempt === attempt,
      );
      if (!found) throw new NftUpgradeError('burn_not_expected', { operationId });
      land(found, signatureOf(found));
      return signatureOf(found);
    },
    /** Lets so many blocks pass: old blockhashes die. */
    advanceBlocks(count: number): void {
      height += count;
    },
    /** From now on nothing becomes final, until `finalize`. */
    freeze: () => {
      autoFinalize = false;
    },
    /** What is not final was on a fork that lost. Returns the signatures that vanished. */
    fork(): string[] {
      const lost = [...landed].filter(([, { finalized }]) => !finalized);
      for (const [signature, { mint, failed }] of lost) {
        landed.delete(signature);
        const owner = handedOut.get(signature)?.nft.owner;
        if (owner !== undefined && !failed) holders.set(mint, owner);
      }
      const unborn = [...minted].filter(([, { finalized }]) => !finalized);
      for (const [address] of unborn) {
        minted.delete(address);
        holders.delete(address);
        mints -= 1;
      }
      return [
        ...lost.map(([signature]) => signature),
        ...unborn.map(([, { signature }]) => signature),
      ];
    },
    /** Makes everything that has landed final. */
    finalize(): void {
      autoFinalize = options.autoFinalize ?? true;
      for (const entry of landed.values()) entry.finalized = true;
      for (const entry of minted.values()) entry.finalized = true;
    },
    /** The next calls that mint, or look for a burn, fail with these errors, one a call. */
    failMint: (...errors: NftUpgradeError[]) => void faults.mint.push(...errors),
    /** Makes the next looks at the chain fail. */
    failObserve: (...errors: NftUpgradeError[]) => void faults.observe.push(...errors),
  };
}

/** A chain in memory, with what a test does to it. */
export type MemoryChain = ReturnType<typeof memoryChain>;
