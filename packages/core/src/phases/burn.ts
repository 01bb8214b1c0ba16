import * as z from 'zod/mini';
import { definePhase, status } from '../machine/define.ts';
import { base58, count, failure, instant } from './fields.ts';
import { exits } from './preflight.ts';

/** A burn transaction for the wallet. */
export const burnTransaction = z.looseObject({
  /** Unsigned wire format, base64. */
  transaction: z.base64(),
  version: z.union([z.literal('legacy'), z.literal(0)]),
  mint: base58,
  owner: base58,
  tokenProgram: z.optional(base58),
  /** Counts up with each re-issue. */
  attempt: z.int().check(z.positive()),
  /** It cannot land in a block higher than this. */
  lastValidBlockHeight: count,
});

/** A burn transaction for the wallet; see `burnTransaction`. */
export type BurnTransaction = z.infer<typeof burnTransaction>;

/**
 * One thing that the wallet changed while it signed: an instruction added or removed, in short, or
 * the blockhash or version before and after.
 */
const walletChange = z.looseObject({
  kind: z.string(),
  what: z.optional(z.string()),
  before: z.optional(z.string()),
  after: z.optional(z.string()),
});

/** How sure the chain is of a transaction, in Solana's words; `none` before it was seen there. */
export const commitment = z.enum(['none', 'processed', 'confirmed', 'finalized']);

/**
 * The user destroys the old NFT. From `burn_verified` on the new one is owed, and no path leads
 * back.
 */
export const burn = definePhase('burn', {
  entries: ['awaiting_burn', 'burn_verified'],
  assetAfter: 'burned_owed',
  statuses: {
    awaiting_burn: status(20, 'safe', {
      now: {
        burnTransaction,
        instructions: z.string(),
        deadline: instant,
        code: z.optional(z.string()),
      },
      to: [
        'verifying_burn',
        'burn_verified',
        'awaiting_burn',
        'cancelling',
        'cancelled',
        'burn_failed',
        'error',
      ],
    }),
    verifying_burn: status(30, 'at_risk', {
      now: {
        burnTxSignature: base58,
        commitment,
        walletChanges: z.optional(z.array(walletChange)),
      },
      to: ['burn_verified', 'awaiting_burn', 'burn_failed', 'cancelling'],
    }),
    cancelling: status(20, 'at_risk', {
      now: { until: count },
      to: ['cancelled', 'burn_verified', 'burn_failed'],
    }),
    burn_failed: status(20, 'safe', {
      now: { ...failure, retryAction: z.literal('restart_from_burn') },
    }),
    burn_verified: status(40, 'burned_owed', {
      facts: { burnTxSignature: base58, slot: count },
      to: ['next'],
    }),
    ...exits,
  },
});
