import type { DecodedTransaction } from '@aiw3/nft-upgrade/solana';

/** A transaction that was sent and has not landed. */
export interface SentTransaction {
  readonly signature: string;
  readonly transaction: DecodedTransaction;
  readonly wire: Uint8Array;
}

/** What waits for the next block. The order is that of sending. */
export class Mempool {
  #waiting = new Map<string, SentTransaction>();
  #held = new Map<string, SentTransaction>();
  #dropped = new Set<string>();
  #toDrop = 0;
  #toHold = 0;

  dropNext(count: number): void {
    this.#toDrop = count;
  }

  holdNext(count: number): void {
    this.#toHold = count;
  }

  add(sent: SentTransaction): void {
    const { signature } = sent;
    // By signature and not by call: a client that waits for a transaction sends it again and again,
    // and would defeat the accident.
    if (this.#dropped.has(signature) || this.#held.has(signature) || this.#waiting.has(signature))
      return;
    if (this.#toDrop > 0) {
      this.#toDrop--;
      this.#dropped.add(signature);
    } else if (this.#toHold > 0) {
      this.#toHold--;
      this.#held.set(signature, sent);
    } else {
      this.#waiting.set(signature, sent);
    }
  }

  release(): string[] {
    const released = [...this.#held.keys()];
    for (const [signature, sent] of this.#held) this.#waiting.set(signature, sent);
    this.#held.clear();
    return released;
  }

  /** Takes everything that waits. */
  take(): SentTransaction[] {
    const taken = [...this.#waiting.values()];
    this.#waiting.clear();
    return taken;
  }
}
