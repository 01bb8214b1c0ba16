import * as z from 'zod/mini';
import { defineProcess } from '../machine/define.ts';
import type { EventOf, SnapshotOf, StatusOf } from '../machine/types.ts';
import { burn } from '../phases/burn.ts';
import { base58, newNft, nft, tier } from '../phases/fields.ts';
import { metadata } from '../phases/metadata.ts';
import { mint } from '../phases/mint.ts';
import { preflight } from '../phases/preflight.ts';
import { record } from '../phases/record.ts';

/** Signed by the server when an operation completes: what was exchanged for what. */
export const receipt = z.looseObject({ id: z.string(), signature: z.optional(z.string()) });

/** Burn the old NFT, get the next tier. */
export const upgrade = defineProcess({
  name: 'upgrade',
  version: 2,
  formerVersion: 1,
  path: 'upgrade',
  idPrefix: 'upg',
  // The name of the integration guide, for clients written against it.
  idAlias: 'upgradeId',
  input: { targetTierId: z.string().check(z.minLength(1), z.maxLength(64)) },
  phases: [
    preflight({ currentNFT: nft, targetTier: tier }),
    burn,
    metadata,
    mint,
    record({ mintAddress: base58, transactionSignature: base58 }, { newNFT: newNft, receipt }),
  ],
});

/** An event of an upgrade, discriminated by `status`. */
export type UpgradeEvent = EventOf<typeof upgrade>;
/** An upgrade folded, discriminated by `status`. */
export type UpgradeSnapshot = SnapshotOf<typeof upgrade>;
/** A status of an upgrade. */
export type UpgradeStatus = StatusOf<typeof upgrade>;
