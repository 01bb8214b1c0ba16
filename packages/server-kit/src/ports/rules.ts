import type {
  AnyProcess,
  Asset,
  Given,
  InputOf,
  PayloadOf,
  Snapshot,
  StatusOf,
} from '@aiw3/nft-upgrade/protocol';
import type { Principal } from '../http/operations.ts';
import type { CallOptions } from './call.ts';

/**
 * An operation as the host's own code sees it. `id` is the idempotency key for everything the host
 * does for it.
 */
export interface Operation<Input = Readonly<Record<string, unknown>>> {
  readonly id: string;
  readonly process: string;
  readonly principal: Principal;
  readonly input: Input;
  readonly status: string;
  readonly asset: Asset;
  /** What its events have established: the NFT, the tier, the burn, the CID, the mint. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly snapshot: Snapshot;
}

/** One requirement that is not met, for people and for programs. */
export interface Requirement {
  code: string;
  required: number | string;
  actual: number | string;
  message?: string;
}

/** Whether a user may, and what follows: facts, or what is missing. */
export type Qualification<Facts> =
  | { qualified: true; facts: Facts }
  | { qualified: false; error: string; requirements: readonly Requirement[] };

/**
 * The NFT that is to be minted. Describing the same operation twice has to give the same answer.
 */
export interface NewNft {
  /** Token standard, by the name the chain knows it: `token-2022`, `spl-token`. */
  standard: string;
  /** On-chain name, at most 32 bytes. */
  name: string;
  /** On-chain symbol, at most 10 bytes. */
  symbol: string;
  /** The metadata document that is pinned: plain JSON. */
  metadata: Readonly<Record<string, unknown>>;
  /** Key-value pairs stored on chain where the standard has room for them. */
  attributes?: readonly (readonly [key: string, value: string])[];
}

/** What a status established, without its sentence. */
export type FactsAt<P extends AnyProcess, K extends string> =
  K extends StatusOf<P> ? Given<Omit<PayloadOf<P, K>, 'message'>> : never;

/**
 * What a host brings for one process: who may, what is minted, which records follow. Everything
 * here may be called again after a crash, so it has to be idempotent by the id of the operation.
 * Each call has a deadline (`deadlines` of `createService`), and brings a signal that aborts then.
 */
export interface ProcessRules<P extends AnyProcess = AnyProcess> {
  /**
   * Names the thing that may have only one live operation: the NFT, the badge. A second start for
   * the same subject joins the first.
   */
  subject(
    request: { principal: Principal; input: InputOf<P> },
    options?: CallOptions,
  ): Promise<string>;
  /**
   * Checks volume, tier, badges, ownership in the host's records. Reserves what it counts, under
   * the id of the operation.
   */
  qualify(
    operation: Operation<InputOf<P>>,
    options?: CallOptions,
  ): Promise<Qualification<FactsAt<P, 'qualification_verified'>>>;
  /** The NFT to mint. Required where the process mints. */
  describe?(operation: Operation<InputOf<P>>, options?: CallOptions): Promise<NewNft>;
  /**
   * Writes the records after everything irreversible has succeeded: NFTs, badges consumed, caches
   * cleared. Its answer becomes the last event.
   */
  record(
    operation: Operation<InputOf<P>>,
    options?: CallOptions,
  ): Promise<Omit<FactsAt<P, 'completed'>, 'receipt'>>;
  /** The operation ended without a delivery: what `qualify` reserved is free again. */
  release?(operation: Operation<InputOf<P>>, options?: CallOptions): Promise<void>;
  /**
   * NFTs that users hold by the host's records, page by page, each with the start that its burn
   * would be for. With it, burns that the database does not know of, because it was restored from
   * before them, are found on the chain and delivered.
   */
  held?(
    page: { after: string | null },
    options?: CallOptions,
  ): Promise<{
    items: readonly { principal: Principal; input: InputOf<P>; mint: string }[];
    /** Hand it back for the next page; null after the last. */
    next: string | null;
  }>;
}
