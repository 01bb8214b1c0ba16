import * as z from 'zod/mini';
import { actorSchema } from '../protocol/envelope.ts';

/** The largest integer a JSON reader of any language keeps exact bounds every count on the wire. */
export const count = z.int().check(z.nonnegative());
/** An address or a signature: base58 of 32 or 64 bytes. */
export const base58 = z.string().check(z.regex(/^[1-9A-HJ-NP-Za-km-z]{32,88}$/));
/** A point in time, ISO 8601 in UTC. */
export const instant = z.iso.datetime();

/**
 * Why something failed. `error` is a sentence for people, `code` one of the product's error codes;
 * a newer server may send a code not known here.
 */
export const failure = {
  error: z.string(),
  code: z.string(),
  retryable: z.boolean(),
  actor: actorSchema,
};

/** The NFT that is given up. */
export const nft = z.looseObject({
  nftId: z.optional(z.string()),
  mintAddress: base58,
  tierId: z.string(),
  tierName: z.string(),
});

/** The level that is asked for. */
export const tier = z.looseObject({
  tierId: z.string(),
  tierName: z.string(),
  level: z.optional(count),
});

/** The new NFT as the guide's client shows it. */
export const newNft = z.looseObject({
  nftId: z.string(),
  tierId: z.optional(z.string()),
  tierName: z.string(),
  mintAddress: base58,
  transactionSignature: base58,
  metadataUri: z.string(),
  benefits: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});

/** One requirement of a qualification, met or not. */
export const requirement = z.looseObject({
  /** Stable name: `trading_volume`, `activated_badges`, `nft_owned`, … */
  code: z.string(),
  required: z.union([z.number(), z.string()]),
  actual: z.union([z.number(), z.string()]),
  message: z.optional(z.string()),
});

/**
 * How long each status usually lasts, in milliseconds, measured by the server on earlier
 * operations. Left out while it has none to go by.
 */
export const usualMs = z.optional(z.record(z.string(), count));
