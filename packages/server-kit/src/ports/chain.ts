import type { WalletChange } from '@aiw3/nft-upgrade/solana';
import type { CallOptions } from './call.ts';

/**
 * What the engine needs of a blockchain. `@aiw3/nft-upgrade-server-kit/solana` is the
 * implementation that comes with the kit.
 *
 * Every value that crosses this port is plain JSON, because attempts are written to the journal
 * before their effect.
 */

/** An NFT as the chain shows it now. */
export interface HeldNft {
  /** Mint address, base58. */
  mint: string;
  owner: string;
  tokenAccount: string;
  /** Token program that owns the mint, base58. */
  tokenProgram: string;
  /** Name of the standard that recognised it: `spl-token`, `token-2022`, … */
  standard: string;
}

/**
 * One burn transaction that was handed out: all it takes to recognise or rule out its landing
 * later.
 */
export interface BurnAttempt {
  operationId: string;
  /** From 1. */
  attempt: number;
  nft: HeldNft;
  /** Whole text of the memo that binds the transaction to the operation. */
  memo: string;
  /** Unsigned transaction as the wallet gets it, base64. */
  transaction: string;
  version: 'legacy' | 0;
  blockhash: string;
  /** The transaction cannot land in a block higher than this. */
  lastValidBlockHeight: number;
  /** A burn in an earlier slot is not this one. */
  minSlot: number;
}

/** A burn transaction that came back signed, judged and not yet sent. */
export interface SignedBurn {
  signature: string;
  attempt: number;
  /** base64 */
  transaction: string;
  /**
   * What the wallet changed of the transaction that it was given, all of it allowed: recorded with
   * the event. Left out: nothing.
   */
  changes?: readonly WalletChange[];
}

/** A point of the finalized chain: everything in blocks up to `blockHeight` is settled. */
export interface ChainPoint {
  slot: number;
  blockHeight: number;
}

/**
 * What the chain says about a burn. Only `burned` and `burned_elsewhere` are proof that it counts;
 * only a `proof` (of the death of every attempt) permits another attempt. Nothing is ever concluded
 * from what a node cannot show or this code cannot read: that is `pending` or `gone`, and never
 * `moved`, `refused` or `dead`.
 */
export type BurnObservation =
  /** The NFT is in the wallet, and at least one attempt may still land. */
  | { kind: 'untouched' }
  /**
   * Ours, landed, not finalized: may still be dropped by a fork. `unproven` says why a transaction
   * that is final proves nothing yet: no node shows it, or in a version that cannot be read. Where
   * that lasts, people have to look.
   */
  | {
      kind: 'pending';
      signature: string;
      commitment: 'processed' | 'confirmed';
      unproven?: string;
    }
  /** Finalized, and every check of the burn verification holds. */
  | { kind: 'burned'; signature: string; slot: number }
  /** Finalized burn by the owner, outside our transactions. */
  | { kind: 'burned_elsewhere'; signature: string; slot: number }
  /**
   * Ours landed with an error, and the NFT is still in the wallet. Other attempts may still land
   * where `proof` is missing.
   */
  | { kind: 'failed'; signature: string; code: string; message: string; proof?: ChainPoint }
  /**
   * A reported signature is not a burn for this operation; `code` says why. `others` are not one
   * either. What is not named here may still be.
   */
  | {
      kind: 'refused';
      signature: string;
      code: string;
      message: string;
      others?: readonly { signature: string; code: string }[];
    }
  /**
   * No attempt can land any more; the NFT is in the wallet. `proof`: the point of the finalized
   * chain that is beyond the life of every attempt, and as of which none has landed.
   */
  | { kind: 'dead'; proof?: ChainPoint }
  /**
   * The NFT is in another wallet. It may come back, and an attempt may then land, where `proof` is
   * missing.
   */
  | { kind: 'moved'; message: string; proof?: ChainPoint }
  /**
   * The NFT is destroyed for good, and no burn that counts explains it so far: the wallet is empty.
   * With a `signature`, that transaction destroyed it in a way that does not count (`code` says
   * why), and that is final. Without one, no node shows how: pruned, buried under strangers'
   * transactions, or not indexed yet. Later looks go on looking.
   */
  | { kind: 'gone'; message: string; signature?: string; code?: string };

/** A burn of an NFT by its owner, found in its history without knowing of it. */
export interface FoundBurn {
  /** The memo of ours that it carries, signed by the owner; null for a burn that carries none. */
  memo: string | null;
  signature: string;
  slot: number;
}

/** How the chain is asked for burns, and given them. */
export interface BurnPort {
  /**
   * Finds the NFT in the wallet. @throws NftUpgradeError `nft_not_owned`, `nft_frozen`,
   * `nft_unsupported`, `rpc_unavailable`
   */
  locate(query: { mint: string; owner: string }, options?: CallOptions): Promise<HeldNft>;
  /**
   * Builds and simulates a burn transaction. @throws NftUpgradeError `insufficient_sol`,
   * `simulation_failed`, `nft_not_owned`, `nft_frozen`, `rpc_unavailable`
   */
  prepare(
    request: {
      operationId: string;
      /** Whole text of the memo; the transaction carries it, signed by the owner. */
      memo: string;
      nft: HeldNft;
      attempt: number;
    },
    options?: CallOptions,
  ): Promise<BurnAttempt>;
  /**
   * Judges a transaction that came back from the wallet, by its effects and its signatures.
   * @throws NftUpgradeError `unsafe_transaction`, `wrong_account`, `modified_beyond_policy`,
   *   `signature_missing`
   */
  accept(
    signedTransaction: string,
    attempts: readonly BurnAttempt[],
    options?: CallOptions,
  ): Promise<SignedBurn>;
  /**
   * Sends signed bytes. May be called any number of times; resolves also when the transaction is
   * already known.
   */
  broadcast(signed: SignedBurn, options?: CallOptions): Promise<void>;
  /**
   * Reads the chain. `signatures` are hints: reported by a client, or known from signed bytes.
   * `ruledOut` were refused or failed before: they are never answered with again. @throws
   * NftUpgradeError `rpc_unavailable`
   */
  observe(
    query: {
      attempts: readonly BurnAttempt[];
      signatures: readonly string[];
      ruledOut?: readonly string[];
    },
    options?: CallOptions,
  ): Promise<BurnObservation>;
  /**
   * Looks in the history of an NFT that is gone for a finalized burn by this owner, and says what
   * it was for. Without it a burn is found only for operations that the database knows. @throws
   * NftUpgradeError `rpc_unavailable`
   */
  find?(query: { mint: string; owner: string }, options?: CallOptions): Promise<FoundBurn | null>;
}

/**
 * What is to be minted. The address follows from `identity` and `key`, so a second mint of it is
 * refused by the chain.
 */
export interface MintRequest {
  /**
   * What the NFT is minted for: what was burned, or who claims. Never a text that anybody can write
   * on the chain.
   */
  identity: string;
  /** Id of the derivation key or authority the operation began with. */
  key: string;
  recipient: string;
  standard: string;
  name: string;
  symbol: string;
  /** `ipfs://<cid>` */
  uri: string;
  /** Key-value fields stored on chain where the standard has room for them. */
  attributes: readonly (readonly [key: string, value: string])[];
}

/** One signed mint transaction, written down before it is sent. */
export interface MintAttempt {
  attempt: number;
  mintAddress: string;
  signature: string;
  /** base64 */
  transaction: string;
  lastValidBlockHeight: number;
}

/**
 * What the chain says about a mint. Only `minted` is proof; only `absent` and `failed` permit
 * another attempt.
 */
export type MintObservation =
  /** Nothing stands at the address, and no attempt can land any more. */
  | { kind: 'absent' }
  /** Sent or landed, not finalized. */
  | { kind: 'pending'; signature: string }
  /**
   * Finalized, checked against the request: owner, supply 1, authority gone, URI. What stands at
   * the address proves it; signature and slot are null where no node shows the transaction any more
   * and no attempt is known.
   */
  | {
      kind: 'minted';
      mintAddress: string;
      transactionSignature: string | null;
      slot: number | null;
    }
  /** Landed with an error; another attempt is permitted. */
  | { kind: 'failed'; signature: string; code: string; message: string }
  /** Something else stands there, or it is not what was ordered: an operator has to look. */
  | { kind: 'unexpected'; code: string; message: string };

/** What an account has to pay with. */
export interface Funds {
  /** Address of the account, base58. */
  authority: string;
  lamports: number;
}

/** How the chain is asked for mints, and given them. */
export interface MintPort {
  /** Id of the key new operations mint with. */
  readonly key: string;
  /** Ids of all keys at hand: that one, and former ones. */
  readonly keys: readonly string[];
  /**
   * Address of the NFT that will be minted. On Solana it depends on the standard as well:
   * the token program is part of it.
   */
  address(
    request: Pick<MintRequest, 'identity' | 'key' | 'standard'>,
    options?: CallOptions,
  ): Promise<string>;
  /**
   * Tries everything that can fail before the irreversible click.
   * @throws NftUpgradeError `mint_authority_unfunded`, `mint_address_occupied`, `mint_key_unknown`,
   *   `nft_unsupported`, `invalid_request`, `simulation_failed`, `rpc_unavailable`
   */
  preflight(request: MintRequest, options?: CallOptions): Promise<void>;
  /**
   * Builds and signs, sends nothing. @throws NftUpgradeError `mint_authority_unfunded`,
   * `mint_key_unknown`, `simulation_failed`, `rpc_unavailable`
   */
  prepare(request: MintRequest, attempt: number, options?: CallOptions): Promise<MintAttempt>;
  /** Sends the same bytes any number of times. */
  send(attempt: MintAttempt, options?: CallOptions): Promise<void>;
  /**
   * Finds out what stands at the address of the request.
   * @param unknownUntil height of the last block in which a mint may land there that nobody
   *   remembers: nothing is `absent` before it. Default: there is none
   */
  observe(
    request: MintRequest,
    attempts: readonly MintAttempt[],
    unknownUntil?: number,
    options?: CallOptions,
  ): Promise<MintObservation>;
  /**
   * The same order at each other address that it may have been carried out at: under former keys,
   * under `knownKeys`, which the database names, and in other standards. Asked for a burn that the
   * database has forgotten: what was minted for it then is adopted, wherever it stands.
   */
  elsewhere(
    request: MintRequest,
    knownKeys: readonly string[],
    options?: CallOptions,
  ): Promise<readonly MintRequest[]>;
  /**
   * Those of the orders at whose address something stands, whatever it is. Cheap: nearly always it
   * is none of them. @throws NftUpgradeError `rpc_unavailable`
   */
  standing(
    requests: readonly MintRequest[],
    options?: CallOptions,
  ): Promise<readonly MintRequest[]>;
  /**
   * A digest of a text that nobody can compute without a key, hexadecimal. The same for ever.
   * @throws NftUpgradeError `mint_key_unknown`
   */
  digest(key: string, text: string, options?: CallOptions): Promise<string>;
  /**
   * Height of the last block in which anything can land that was signed before now. @throws
   * NftUpgradeError `rpc_unavailable`
   */
  horizon(options?: CallOptions): Promise<number>;
  /**
   * What new mints are paid with. Left out by a chain that cannot run dry. @throws NftUpgradeError
   * `rpc_unavailable`
   */
  funds?(options?: CallOptions): Promise<Funds>;
}

/** A blockchain, as far as the engine needs it. */
export interface Chain {
  /**
   * Names the cluster, so that a database is never used with another one: on Solana the genesis
   * hash.
   */
  identity(options?: CallOptions): Promise<string>;
  readonly burn: BurnPort;
  readonly mint: MintPort;
}
