import { actorSchema } from '../protocol/envelope.ts';
import * as s from '../schema/index.ts';

/** The largest integer a JSON reader of any language keeps exact bounds every count on the wire. */
export const count = s.int({ min: 0 });
export const base58 = s.matching(/^[1-9A-HJ-NP-Za-km-z]{32,88}$/);
export const instant = s.datetime();

/** Why something failed. `error` is a sentence for people, `code` one of the product's error codes; a newer server may send a code not known here. */
export const failure = {
  error: s.string(),
  code: s.string(),
  retryable: s.boolean(),
  actor: actorSchema,
};

export const nft = s.loose({
  nftId: s.optional(s.string()),
  mintAddress: base58,
  tierId: s.string(),
  tierName: s.string(),
});

export const tier = s.loose({ tierId: s.string(), tierName: s.string(), level: s.optional(count) });

/** The new NFT as the guide's client shows it. */
export const newNft = s.loose({
  nftId: s.string(),
  tierId: s.optional(s.string()),
  tierName: s.string(),
  mintAddress: base58,
  transactionSignature: base58,
  metadataUri: s.string(),
  benefits: s.record(s.either(s.string(), s.number(), s.boolean())),
});

/** One requirement of a qualification, met or not. */
export const requirement = s.loose({
  /** Stable name: `trading_volume`, `activated_badges`, `nft_owned`, … */
  code: s.string(),
  required: s.either(s.number(), s.string()),
  actual: s.either(s.number(), s.string()),
  message: s.optional(s.string()),
});

/** How long each status usually lasts, in milliseconds, measured by the server on earlier operations. Left out while it has none to go by. */
export const usualMs = s.optional(s.record(count));
