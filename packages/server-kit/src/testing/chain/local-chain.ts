/** A Solana chain in this process, behind its real JSON-RPC and WebSocket API on 127.0.0.1. */
export interface LocalChain {
  readonly kind: 'surfpool' | 'lite';
  /** For `new Connection(rpcUrl, { wsEndpoint: wsUrl })`. */
  readonly rpcUrl: string;
  readonly wsUrl: string;
  /**
   * Gives SOL to an address (base58). Resolves when it is visible.
   * @throws NftUpgradeError `invalid_option` for what is no address or amount, `rpc_unavailable`
   *   when the chain does not do it
   */
  airdrop(address: string, lamports: bigint): Promise<void>;
  /** Ends the chain and frees its ports. May be called again. */
  stop(): Promise<void>;
  /** The same as `stop()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** What only a chain that is under our hands can do: the accidents of real clusters, on request. */
export interface LiteControls {
  /**
   * The last `slots` blocks were on a fork that lost. Their transactions vanish, accounts are as
   * before, their blockhashes become invalid, and block production goes on with a higher slot.
   * Transactions do not come back by themselves, but may be sent again.
   * @returns the signatures that vanished, newest first
   * @throws NftUpgradeError `invalid_option` when that would undo a finalized block
   */
  rollback(slots: number): readonly string[];
  /** Stops producing blocks. What is sent meanwhile waits. */
  pause(): void;
  /** Produces a block every `slotMs` again. */
  resume(): void;
  /** Produces `slots` blocks now, also while paused; what waits lands in the first of them. */
  advance(slots: number): void;
  /**
   * The next `count` transactions are accepted and never land, however often the same bytes are
   * sent.
   */
  dropNext(count: number): void;
  /**
   * The next `count` transactions are accepted and held back, however often the same bytes are
   * sent, until `release`.
   */
  holdNext(count: number): void;
  /**
   * Lets everything held back land with the next block, where its blockhash is still valid.
   * @returns the signatures, oldest first
   */
  release(): readonly string[];
  /**
   * Questions are answered as they were `slots` blocks ago, as by a node that has fallen behind; 0
   * ends that. What is sent still reaches the newest block.
   * @throws NftUpgradeError `invalid_option` for more than 150
   */
  lag(slots: number): void;
  /** While true, every HTTP call is answered with 503. Subscriptions stay as they are. */
  failRpc(failing: boolean): void;
}

/** The chain over LiteSVM. */
export interface LiteChain extends LocalChain {
  readonly kind: 'lite';
  readonly controls: LiteControls;
}

/** Options of the chain in this process. */
export interface LiteOptions {
  /** Milliseconds from block to block; 20 by default. Mainnet takes about 200. */
  slotMs?: number;
  /**
   * Port of the RPC API on 127.0.0.1; the WebSocket API takes the next one, where web3.js looks for
   * it. By default two free ones.
   */
  port?: number;
  /** Blocks after which a transaction is confirmed; 1 by default. */
  confirmDepth?: number;
  /** Blocks after which a transaction is finalized; 32 by default, at most 150. */
  finalizeDepth?: number;
}

/** Options of `startChain`. */
export interface StartChainOptions extends LiteOptions {
  /**
   * `surfpool`: a complete node, as an addon that exists for some platforms. `lite`: LiteSVM behind
   * an API of our own, with controls. By default surfpool where it loads and none of `port`,
   * `confirmDepth` and `finalizeDepth` is set, which only lite can do.
   */
  runtime?: 'surfpool' | 'lite';
}
