import type { DecodedTransaction } from '@aiw3/nft-upgrade/solana';
import type { InnerInstruction, TransactionReturnData } from 'litesvm/dist/internal.js';
import type { Account } from './svm.ts';
import type { AccountTokenBalance } from './token-account.ts';
import type { TransactionError } from './transaction-error.ts';

export type Commitment = 'processed' | 'confirmed' | 'finalized';

export interface Block {
  readonly slot: number;
  /** Counts blocks, so it is lower than the slot: leaders miss slots, and forks lose them. */
  readonly height: number;
  readonly blockhash: string;
  readonly parentSlot: number;
  /** Unix time in seconds. */
  readonly time: number;
}

/** A transaction in a block, whether it succeeded or not. */
export interface Landed {
  readonly signature: string;
  readonly block: Block;
  readonly transaction: DecodedTransaction;
  /** As it was sent. */
  readonly wire: Uint8Array;
  /** Every account, base58: static, then loaded writable, then loaded readonly. */
  readonly keys: readonly string[];
  readonly loaded: { readonly writable: readonly string[]; readonly readonly: readonly string[] };
  readonly err: TransactionError | null;
  readonly logs: readonly string[];
  readonly inner: readonly (readonly InnerInstruction[])[];
  readonly returnData: TransactionReturnData;
  readonly unitsConsumed: number;
  /** Lamports by account, in the order of `keys`. */
  readonly preBalances: readonly bigint[];
  readonly postBalances: readonly bigint[];
  readonly preTokenBalances: readonly AccountTokenBalance[];
  readonly postTokenBalances: readonly AccountTokenBalance[];
  /**
   * The writable accounts as they were before; emptied when the block is finalized for every node,
   * because nothing asks for it any more.
   */
  readonly before: Map<string, Account | null>;
}

/**
 * A transaction with a blockhash may land in this many blocks after the block of the hash
 * (MAX_PROCESSING_AGE).
 */
export const blockhashLifetime = 150;
/** More than any question about a block or its hash reaches back. */
const keptBlocks = 1_000;
/** Most blocks that the node which answers may be behind. */
export const mostLag = 150;

/** The blocks of the one fork that counts, what landed in them, and how sure each is. */
export class Ledger {
  #blocks: Block[];
  #byHash = new Map<string, Block>();
  #landed: Landed[] = [];
  #bySignature = new Map<string, Landed>();
  #root: Block;
  /** See `LiteControls.lag`. */
  #lag = 0;
  /** Up to here what accounts were before is forgotten. */
  #forgotten: number;
  #confirmDepth: number;
  #finalizeDepth: number;

  constructor(genesis: Block, depths: { confirmDepth: number; finalizeDepth: number }) {
    this.#blocks = [genesis];
    this.#byHash.set(genesis.blockhash, genesis);
    this.#root = genesis;
    this.#forgotten = genesis.height;
    this.#confirmDepth = depths.confirmDepth;
    this.#finalizeDepth = depths.finalizeDepth;
  }

  get head(): Block {
    return this.#blocks.at(-1) ?? this.#root;
  }

  /** Newest last. */
  recentBlocks(count: number): readonly Block[] {
    return this.#blocks.slice(-count);
  }

  set lag(blocks: number) {
    this.#lag = blocks;
  }

  /** The newest block at a commitment, as the node that answers knows it. */
  at(commitment: Commitment): Block {
    const root = this.#finalized();
    if (commitment === 'finalized') return root;
    const block = this.#blocks.at(
      -1 - this.#lag - (commitment === 'processed' ? 0 : this.#confirmDepth),
    );
    return block && block.height > root.height ? block : root;
  }

  #finalized(): Block {
    const behind =
      this.#lag === 0 ? undefined : this.#blocks.at(-1 - this.#finalizeDepth - this.#lag);
    // Finality never goes back, also when a rollback has made the chain shorter.
    return behind && behind.height < this.#root.height ? behind : this.#root;
  }

  blockOfSlot(slot: number): Block | undefined {
    return this.#blocks.find((block) => block.slot === slot);
  }

  /**
   * The block a hash was made in, while a transaction with that hash may land in a block of
   * `height`.
   */
  fresh(blockhash: string, height: number): Block | undefined {
    const block = this.#byHash.get(blockhash);
    return block && block.height < height && height - block.height <= blockhashLifetime
      ? block
      : undefined;
  }

  append(block: Block, landed: readonly Landed[]): void {
    this.#blocks.push(block);
    this.#byHash.set(block.blockhash, block);
    for (const one of landed) {
      this.#landed.push(one);
      this.#bySignature.set(one.signature, one);
    }
    const root = this.#blocks.at(-1 - this.#finalizeDepth);
    if (root && root.height > this.#root.height) {
      this.#root = root;
      const forgotten = root.height - mostLag;
      for (const one of this.newerThan(this.#forgotten))
        if (one.block.height <= forgotten) one.before.clear();
      this.#forgotten = Math.max(this.#forgotten, forgotten);
    }
    for (const old of this.#blocks.splice(0, this.#blocks.length - keptBlocks))
      this.#byHash.delete(old.blockhash);
  }

  /** How many blocks may still be lost. */
  get undecided(): number {
    return this.head.height - this.#root.height;
  }

  /** Takes the newest blocks away. @returns what landed in them, newest first */
  cut(count: number): Landed[] {
    for (const block of this.#blocks.splice(this.#blocks.length - count, count))
      this.#byHash.delete(block.blockhash);
    const lost = this.newerThan(this.head.height);
    this.#landed.length -= lost.length;
    for (const one of lost) this.#bySignature.delete(one.signature);
    return lost;
  }

  get transactionCount(): number {
    return this.#landed.length;
  }

  find(signature: string): Landed | undefined {
    return this.#bySignature.get(signature);
  }

  /** What landed in blocks above `height`, newest first. */
  newerThan(height: number): Landed[] {
    const newest = this.#landed.findLastIndex((one) => one.block.height <= height);
    return this.#landed.slice(newest + 1).reverse();
  }

  /** What may still be asked for as it was before, newest first. */
  get remembered(): Landed[] {
    return this.newerThan(this.#forgotten);
  }

  /** Everything that landed and names the address, newest first. */
  historyOf(address: string): Landed[] {
    return this.#landed.filter((one) => one.keys.includes(address)).reverse();
  }

  commitmentOf({ block }: Landed): Commitment {
    if (block.height <= this.at('finalized').height) return 'finalized';
    return block.height <= this.at('confirmed').height ? 'confirmed' : 'processed';
  }
}
