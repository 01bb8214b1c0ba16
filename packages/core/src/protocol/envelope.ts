import * as s from '../schema/index.ts';

/** Where the user's asset is: what a person wants to know first when something breaks. */
export const assets = ['safe', 'at_risk', 'burned_owed', 'delivered'] as const;

/**
 * - `safe`: the NFT is in the wallet, or nothing of the user's is involved
 * - `at_risk`: a signed burn may be out
 * - `burned_owed`: the old NFT is burned, the new one is owed
 * - `delivered`: the new NFT is in the wallet, or the debt was compensated
 */
export type Asset = (typeof assets)[number];

export const assetSchema = s.choice(...assets);
export const actorSchema = s.choice('user', 'wallet', 'network', 'operator');

/** What every event carries, of whatever process and status. `upgradeId` repeats `operationId` in upgrade events. */
export const envelopeSchema = s.loose({
  operationId: s.string({ min: 1, max: 128 }),
  upgradeId: s.optional(s.string()),
  process: s.string({ min: 1, max: 64 }),
  /** Contiguous from 1 within the operation; equals the `id:` of the frame. */
  seq: s.int({ min: 1 }),
  status: s.string({ min: 1, max: 64 }),
  /** Percent, 0 to 100. */
  progress: s.number({ min: 0, max: 100 }),
  asset: assetSchema,
  /** Server time, ISO 8601 in UTC. */
  timestamp: s.datetime(),
  message: s.optional(s.string()),
});

export type Envelope = s.InferShape<typeof envelopeSchema.fields>;
