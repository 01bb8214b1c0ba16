import { randomBytes } from 'node:crypto';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { type DecodedTransaction, encodeBase58 } from '@aiw3/nft-upgrade/solana';
import { execute, notRun, type Runtime, type Simulated, simulate } from './execute.ts';
import { type Block, type Commitment, type Landed, Ledger } from './ledger.ts';
import { Mempool, type SentTransaction } from './mempool.ts';
import { usesNonce } from './nonce.ts';
import { type Account, keyBytes, type Native } from './svm.ts';

export interface BankOptions {
  readonly confirmDepth: number;
  readonly finalizeDepth: number;
}

/**
 * Blocks are fewer than slots, on mainnet by some twenty millions: code that mixes up the two fails
 * at once.
 */
const missedSlots = 20_000_000;
const systemProgram = new Uint8Array(32);

/**
 * The chain itself: LiteSVM executes, this gives it what it has not: blocks, the lifetime of
 * blockhashes, commitment, and forks. Accounts of the past are reached by taking back what the
 * newer transactions changed.
 */
export class Bank {
  readonly mempool = new Mempool();
  readonly ledger: Ledger;
  /** Called after every block. */
  readonly onBlock = new Set<() => void>();
  /** Names this chain and no other: another start is another cluster. */
  readonly genesisHash = encodeBase58(randomBytes(32));
  readonly #runtime: Runtime;

  constructor(native: Native, options: BankOptions) {
    const svm = new native.LiteSvm();
    // Its own check knows one blockhash only, and its history forgets: both are done here.
    svm.setBlockhashCheck(false);
    svm.setTransactionHistory(0n);
    this.#runtime = { native, svm };
    const slot = Number(svm.getClock().slot);
    const genesis: Block = {
      slot,
      height: slot - missedSlots,
      blockhash: svm.latestBlockhash(),
      parentSlot: slot - 1,
      time: now(),
    };
    this.ledger = new Ledger(genesis, options);
    // From the first call on there is a finalized block younger than genesis.
    for (let i = 0; i <= options.finalizeDepth; i++) this.produce();
  }

  /** Makes the next block out of what waits in the mempool. */
  produce(): void {
    this.#append((block) => this.mempool.take().flatMap((sent) => this.#land(sent, block) ?? []));
    for (const listener of this.onBlock) listener();
  }

  #append(fill: (block: Block) => Landed[], slot = this.ledger.head.slot + 1): void {
    const { svm, native } = this.#runtime;
    const parent = this.ledger.head;
    svm.expireBlockhash();
    const block: Block = {
      slot,
      height: parent.height + 1,
      blockhash: svm.latestBlockhash(),
      parentSlot: parent.slot,
      time: now(),
    };
    svm.setClock(new native.Clock(BigInt(slot), 0n, 0n, 0n, BigInt(block.time)));
    svm.setSlotHashes(
      this.ledger
        .recentBlocks(64)
        .map((recent) => ({ slot: BigInt(recent.slot), hash: recent.blockhash }))
        .reverse(),
    );
    this.ledger.append(block, fill(block));
  }

  #land(sent: SentTransaction, block: Block): Landed | null {
    if (this.ledger.find(sent.signature)) return null;
    // A nonce may have been used by an earlier transaction of this very block, so it is asked for
    // now and not when it was sent.
    if (!this.#isAlive(sent.transaction, block.height)) return null;
    return execute(this.#runtime, sent, block);
  }

  #isAlive(transaction: DecodedTransaction, height: number): boolean {
    return (
      this.ledger.fresh(transaction.blockhash, height) !== undefined ||
      usesNonce(this.#runtime.svm, transaction)
    );
  }

  /**
   * Runs a transaction on the newest state, whatever the commitment of the caller. `anyBlockhash`:
   * its blockhash is not looked at.
   */
  simulate(
    sent: SentTransaction,
    { verifySignatures, anyBlockhash }: { verifySignatures: boolean; anyBlockhash: boolean },
  ): Simulated {
    if (!anyBlockhash && this.ledger.find(sent.signature)) return notRun('AlreadyProcessed');
    if (!anyBlockhash && !this.#isAlive(sent.transaction, this.ledger.head.height + 1))
      return notRun('BlockhashNotFound');
    return simulate(this.#runtime, sent.wire, verifySignatures);
  }

  /** The account as it was at a commitment, null where there was none. */
  account(address: string, commitment: Commitment): Account | null {
    let account = this.#runtime.svm.getAccount(keyBytes(address));
    // Newest first: the last one that answers is the oldest, and its "before" is what stood in the
    // block that was asked for.
    for (const { before } of this.ledger.newerThan(this.ledger.at(commitment).height)) {
      const earlier = before.get(address);
      if (earlier !== undefined) account = earlier;
    }
    return account === null || account.lamports() === 0n ? null : account;
  }

  /**
   * Addresses of every account that the program owns, or owned lately. Ask {@link account} for what
   * it was at a commitment.
   */
  addressesOf(program: string): string[] {
    const current = this.#runtime.svm
      .getProgramAccounts(keyBytes(program))
      .map((entry) => encodeBase58(entry.address));
    const undecided = this.ledger.newerThan(this.ledger.at('finalized').height);
    return [...new Set([...current, ...undecided.flatMap(({ before }) => [...before.keys()])])];
  }

  rent(bytes: number): bigint {
    return this.#runtime.svm.minimumBalanceForRentExemption(BigInt(bytes));
  }

  /**
   * Adds lamports to an account as if it had always had them: at every commitment, and whatever is
   * rolled back.
   */
  fund(address: string, lamports: bigint): void {
    const { svm } = this.#runtime;
    const key = keyBytes(address);
    for (const { before } of this.ledger.remembered) {
      const earlier = before.get(address);
      if (earlier !== undefined) before.set(address, this.#richer(earlier, lamports));
    }
    svm.setAccount(key, this.#richer(svm.getAccount(key), lamports));
  }

  #richer(account: Account | null, lamports: bigint): Account {
    const { native } = this.#runtime;
    if (account === null)
      return new native.Account(lamports, new Uint8Array(0), systemProgram, false, 0n);
    return new native.Account(
      account.lamports() + lamports,
      account.data(),
      account.owner(),
      account.executable(),
      account.rentEpoch(),
    );
  }

  /** See `LiteControls.rollback`. */
  rollback(count: number): string[] {
    if (!Number.isSafeInteger(count) || count < 1 || count > this.ledger.undecided) {
      throw new NftUpgradeError('invalid_option', {
        message:
          `rollback(${count}) is not possible: ${this.ledger.undecided} blocks are not ` +
          'finalized, and a finalized one is never lost.',
        details: { slots: count, most: this.ledger.undecided },
      });
    }
    const { slot } = this.ledger.head;
    const lost = this.ledger.cut(count);
    const { svm, native } = this.#runtime;
    for (const { before } of lost) {
      for (const [address, account] of before) {
        svm.setAccount(
          keyBytes(address),
          account ?? new native.Account(0n, new Uint8Array(0), systemProgram, false, 0n),
        );
      }
    }
    // The winning fork has a block of its own, so that no client sees the slot go back. Nothing
    // lands in it.
    this.#append(() => [], slot + 1);
    for (const listener of this.onBlock) listener();
    return lost.map(({ signature }) => signature);
  }
}

const now = (): number => Math.floor(Date.now() / 1000);
