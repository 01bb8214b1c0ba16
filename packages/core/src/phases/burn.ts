import { definePhase, status } from '../machine/define.ts';
import * as s from '../schema/index.ts';
import { base58, count, failure, instant } from './fields.ts';
import { waysOut } from './preflight.ts';

/** A burn transaction for the wallet. */
export const burnTransaction = s.loose({
  /** Unsigned wire format, base64. */
  transaction: s.base64(),
  version: s.choice('legacy', 0),
  mint: base58,
  owner: base58,
  tokenProgram: s.optional(base58),
  /** Counts up with each re-issue. */
  attempt: s.int({ min: 1 }),
  /** It cannot land in a block higher than this. */
  lastValidBlockHeight: count,
});

export type BurnTransaction = s.Infer<typeof burnTransaction>;

export const commitment = s.choice('none', 'processed', 'confirmed', 'finalized');

/** The user destroys the old NFT. From `burn_verified` on the new one is owed, and no path leads back. */
export const burn = definePhase('burn', {
  entries: ['awaiting_burn', 'burn_verified'],
  leaves: 'burned_owed',
  statuses: {
    awaiting_burn: status(20, 'safe', {
      now: { burnTransaction, instructions: s.string(), deadline: instant, code: s.optional(s.string()) },
      to: ['verifying_burn', 'burn_verified', 'awaiting_burn', 'cancelling', 'cancelled', 'burn_failed', 'error'],
    }),
    verifying_burn: status(30, 'at_risk', {
      now: { burnTxSignature: base58, commitment },
      to: ['burn_verified', 'awaiting_burn', 'burn_failed', 'cancelling'],
    }),
    cancelling: status(20, 'at_risk', { now: { until: count }, to: ['cancelled', 'burn_verified', 'burn_failed'] }),
    burn_failed: status(20, 'safe', { now: { ...failure, retryAction: s.choice('restart_from_burn') } }),
    burn_verified: status(40, 'burned_owed', { facts: { burnTxSignature: base58, slot: count }, to: ['next'] }),
    ...waysOut,
  },
});
