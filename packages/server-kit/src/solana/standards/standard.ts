import type { AccountInfo, Commitment, PublicKey, TransactionInstruction } from '@solana/web3.js';
import type { HeldNft, MintRequest } from '../../ports/chain.ts';
import type { BurnFinding, ExpectedBurn } from '../burn/findings.ts';
import type { LandedTransaction } from '../landed.ts';
import type { Endpoint } from '../rpc/endpoint.ts';

/** Where and for whom an NFT is minted. */
export interface MintTarget {
  mint: PublicKey;
  /** Pays, signs, and has authority over the mint while the transaction runs. */
  authority: PublicKey;
  recipient: PublicKey;
}

/** What stands on the chain with an NFT. */
export type MintOrder = Pick<MintRequest, 'name' | 'symbol' | 'uri' | 'attributes'>;

/**
 * What a mint account takes: its size at creation, and the size that its rent has to cover once
 * everything is written.
 */
export interface MintSize {
  space: number;
  rentBytes: number;
}

/** What stands at a mint address after a burn. */
export type RemainingMint =
  | { closed: true }
  | { closed: false; program: string; supply: bigint; mintAuthority: string | null };

/**
 * One way in which NFTs exist on Solana. `splToken` and `token2022` come with the kit. Metaplex
 * standards burn through a program of their own and keep the mint authority on an edition account,
 * so they need other builders and other checks, but nothing outside of this interface.
 */
export interface NftStandard {
  /** Stable name, written to the journal. */
  readonly name: string;
  /** Program that owns the mint accounts. */
  readonly program: PublicKey;
  /** True for a mint account of this standard. */
  recognises(mint: AccountInfo<Buffer>): boolean;
  /**
   * Finds the NFT in the wallet. @throws NftUpgradeError `nft_not_owned`, `nft_frozen`,
   * `nft_unsupported`, `rpc_unavailable`
   */
  locate(
    endpoint: Endpoint,
    query: { mint: PublicKey; owner: PublicKey; commitment: Commitment },
  ): Promise<HeldNft>;
  /**
   * True while the owner holds the NFT, in whatever account. `atLeast` is the lowest slot that the
   * answer may be from.
   */
  holds(
    endpoint: Endpoint,
    nft: HeldNft,
    commitment: Commitment,
    atLeast?: number,
  ): Promise<boolean>;
  /** What is left of the mint, at `finalized`. */
  remaining(endpoint: Endpoint, nft: HeldNft, atLeast: number): Promise<RemainingMint>;
  /**
   * Instructions that burn the NFT and return its rent to the owner. @throws NftUpgradeError
   * `nft_not_owned`, `nft_frozen`
   */
  buildBurn(
    endpoint: Endpoint,
    nft: HeldNft,
    commitment: Commitment,
  ): Promise<TransactionInstruction[]>;
  /**
   * Everything about a landed transaction that contradicts the expected burn, most telling first.
   * Pure.
   */
  verifyBurn(
    landed: LandedTransaction,
    expected: ExpectedBurn,
    remaining: RemainingMint,
  ): BurnFinding[];
  /**
   * True when a mint of it can never be closed, so that an empty address was never used. Without
   * it, the history of an address is asked as well before anything is minted there.
   */
  readonly permanent?: boolean;
  /** What the mint account takes. */
  mintSize(target: MintTarget, order: MintOrder): MintSize;
  /**
   * Instructions after the creation of the account: they leave one NFT with the recipient, and
   * nobody who could mint another.
   */
  buildMint(target: MintTarget, order: MintOrder): TransactionInstruction[];
  /** The recipient's token account, created with the mint. */
  recipientAccount(target: MintTarget): PublicKey;
  /**
   * Each way in which a mint account differs from the order; empty when it is what was ordered. Who
   * holds it is not asked here.
   */
  checkMint(account: AccountInfo<Buffer>, target: MintTarget, order: MintOrder): string[];
}
