import * as z from 'zod/mini';
import { defineProcess } from '../machine/define.ts';
import type { EventOf, SnapshotOf, StatusOf } from '../machine/types.ts';
import { base58, newNft, tier } from '../phases/fields.ts';
import { metadata } from '../phases/metadata.ts';
import { mint } from '../phases/mint.ts';
import { preflight } from '../phases/preflight.ts';
import { record } from '../phases/record.ts';
import { receipt } from './upgrade.ts';

/** First unlock: a mint without a burn. */
export const claim = defineProcess({
  name: 'claim',
  version: 2,
  formerVersion: 1,
  path: 'claim',
  idPrefix: 'clm',
  input: { targetTierId: z.optional(z.string().check(z.minLength(1), z.maxLength(64))) },
  phases: [
    preflight({ targetTier: tier }),
    metadata,
    mint,
    record({ mintAddress: base58, transactionSignature: base58 }, { newNFT: newNft, receipt }),
  ],
});

/** An event of a claim, discriminated by `status`. */
export type ClaimEvent = EventOf<typeof claim>;
/** A claim folded, discriminated by `status`. */
export type ClaimSnapshot = SnapshotOf<typeof claim>;
/** A status of a claim. */
export type ClaimStatus = StatusOf<typeof claim>;
