import type { Chain } from '../../ports/chain.ts';

/** Somebody with an NFT of the old kind. */
export interface Holder {
  readonly principal: { readonly id: string; readonly wallet: string };
  readonly mint: string;
}

/** A chain, with wallets and accidents: one row of the failure matrix is one test, and runs on each of them. For tests only. */
export interface Ground {
  readonly name: 'memory' | 'lite';
  /** Standard of new NFTs. */
  readonly standard: string;
  /** The port, as a node uses it. A node that starts now mints with the present key. */
  chain(): Chain;
  holder(id: string): Promise<Holder>;
  /** What the wallet makes of the transaction that was handed out, base64. */
  sign(operationId: string, attempt?: number): string;
  /** The wallet signs and sends by itself, past the server. Resolves to the signature, once it has landed. */
  submit(operationId: string, attempt?: number): Promise<string>;
  /** The same with a durable nonce: lands however late. */
  submitLate(operationId: string): Promise<string>;
  /** Signed and sent, and held back by the network until the function is called. */
  hold(operationId: string): Promise<() => Promise<void>>;
  /** The owner burns the NFT in some other way, for no operation. */
  burnOutside(holder: Holder): Promise<void>;
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
  /** The mint authority has nothing left to pay with; `feed` fills it up. */
  starve(): Promise<void>;
  feed(): Promise<void>;
  /** New operations mint with a new key from now on. With `forgotten` its secret is not in the hands of nodes that start from now on. */
  rotate(options?: { forgotten?: boolean }): Promise<void>;
  /** Mint addresses of what a wallet holds. */
  nfts(wallet: string): Promise<string[]>;
}

export interface GroundKind {
  readonly name: Ground['name'];
  /** Once for a file. */
  open(): Promise<{ /** Once for each test. */ fresh(): Promise<Ground>; stop(): Promise<void> }>;
}
