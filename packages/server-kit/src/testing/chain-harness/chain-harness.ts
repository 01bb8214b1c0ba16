import type { BurnAttempt, Chain } from '../../ports/chain.ts';
import type { Attack } from '../../solana/fixtures/attacks/setup.ts';

/** Somebody with an NFT of the old kind. */
export interface Holder {
  readonly principal: { readonly id: string; readonly wallet: string };
  readonly mint: string;
}

/**
 * A chain, with wallets and accidents: what a row of the failure matrix needs to happen. For tests
 * only.
 */
export interface ChainHarness {
  /** Standard of new NFTs. */
  readonly standard: string;
  /** The port, as a node uses it. A node that starts now mints with the present key. */
  chain(): Chain;
  holder(id: string): Promise<Holder>;
  /** Another NFT in the same wallet. */
  another(holder: Holder): Promise<Holder>;
  /** What the wallet makes of the transaction that was handed out, base64. */
  sign(operationId: string, attempt?: number): string;
  /** The wallet of somebody: signs any transaction, base64. */
  wallet(holder: Holder): (transaction: string) => string;
  /**
   * The wallet signs and sends by itself, past the server. Resolves to the signature, once it has
   * landed.
   */
  submit(operationId: string, attempt?: number): Promise<string>;
  /** The same with a durable nonce: signed now, and landed by the function, however late. */
  late(operationId: string): Promise<() => Promise<string>>;
  /** The same with something that the chain refuses in it: it lands with an error. */
  submitFailing(operationId: string): Promise<string>;
  /** Signed and sent, and held back by the network until the function is called. */
  hold(operationId: string): Promise<() => Promise<void>>;
  /** The owner burns the NFT in some other way, for no operation. */
  burnOutside(holder: Holder): Promise<void>;
  /** The same with a memo that the owner signs. Resolves once it is final. */
  burnWith(holder: Holder, memo: string): Promise<void>;
  /** Prepares a forged burn. */
  stage(attack: Attack): Promise<Staged>;
  /** Gives the NFT away. */
  transfer(holder: Holder): Promise<void>;
  /** So many blocks go by. */
  pass(blocks: number): void;
  /** Nothing becomes final until `thaw`. What was sent lands with `land`. */
  freeze(): void;
  land(): void;
  thaw(): void;
  /** What landed since `freeze` was on a fork that lost. Returns how many transactions vanished. */
  fork(): number;
  /** While true no node of the chain answers. */
  silence(silent: boolean): void;
  /** While true, a second node is asked as well, and its index of transactions is empty. */
  doubt(doubtful: boolean): void;
  /** Nodes answer as of so many blocks ago; 0 ends that. */
  lag(blocks: number): void;
  /** So many of the next transactions never land, however often they are sent. */
  lose(transactions: number): void;
  /**
   * The mint authority, in other hands or by mistake, puts something else at the address of the
   * operation's NFT. Resolves once it is final.
   */
  spoil(operationId: string, how: Spoiled): Promise<void>;
  /** The mint authority has nothing left to pay with; `feed` fills it up. */
  starve(): Promise<void>;
  feed(): Promise<void>;
  /** Somebody sends a few lamports to an address. */
  dust(address: string): Promise<void>;
  /**
   * New operations mint with a new key from now on. With `forgotten` its secret is not in the hands
   * of nodes that start from now on.
   */
  rotate(options?: { forgotten?: boolean }): Promise<void>;
  /** Mint addresses of what a wallet holds. */
  nfts(wallet: string): Promise<string[]>;
}

/**
 * What stands at the address of a new NFT instead of it: another account, an NFT of somebody else,
 * one with other metadata.
 */
export type Spoiled = 'account' | 'owner' | 'uri';

/** Somebody whose burn is forged. */
export interface Staged {
  readonly holder: Holder;
  /**
   * Lands the forgery for an operation that waits for its burn. Resolves once it is final;
   * `attempt` where it is judged against another one than was handed out.
   */
  forge(operationId: string): Promise<{ signature: string; attempt?: BurnAttempt }>;
}
