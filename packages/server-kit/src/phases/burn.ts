import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Statement } from '../db/write-atomically.ts';
import { callForBlindness, callForBurn } from './burn/call.ts';
import { type BurnAction, type BurnStatus, burnStatuses, decideBurn } from './burn/decision.ts';
import { issueBurn, passing, renewOrExplain } from './burn/issue.ts';
import { type BurnLook, deadlineOf, lookAtBurn, windowOf } from './burn/look.ts';
import { preflightBurn } from './burn-preflight.ts';
import {
  append,
  failurePayload,
  next,
  type Outcome,
  type PhaseDriver,
  type Step,
  wait,
} from './driver.ts';
import { foundBurn } from './found-burn.ts';
import { needChain } from './needs.ts';
import { target } from './target.ts';

/**
 * Hands out burn transactions and finds out from the chain what became of them. What a client
 * reports is a hint and never decides. Another transaction is handed out only after the chain has
 * proved that the earlier ones cannot land.
 */
export const burnDriver: PhaseDriver = {
  watched: burnStatuses,
  async enter(step) {
    const found = await foundBurn(step);
    return found ? burnRecorded(step, found) : issueBurn(step);
  },

  preflight: preflightBurn,

  on: {
    awaiting_burn: advance('awaiting_burn'),
    verifying_burn: advance('verifying_burn'),
    cancelling: advance('cancelling'),
    burn_verified: async () => next(),
  },

  failed(_step, error) {
    if (error.code === 'burn_signature_reused') return ended(error);
    // The chain cannot be read, or not now: wait, never guess.
    return wait('watch');
  },
};

/** Looks at the chain, and does what the decision about it says. */
function advance(status: BurnStatus): (step: Step) => Promise<Outcome> {
  return async (step) => {
    const look = await lookAtBurn(step).catch(async (thrown: unknown) => {
      await callForBlindness(step, thrown);
      throw thrown;
    });
    return effects[decideBurn(status, look.sight, windowOf(step))](step, look);
  };
}

const effects: Readonly<
  Record<BurnAction, (step: Step, look: BurnLook) => Outcome | Promise<Outcome>>
> = {
  wait: () => wait('watch'),
  async resend(step) {
    await rebroadcast(step);
    return wait('watch');
  },
  offer: (step, look) =>
    look.failed || passing.includes(String(step.loaded.snapshot.now.code))
      ? renewOrExplain(step, look, deadlineOf(step))
      : wait('watch'),
  call: callForBurn,
  verify(step, { seen }) {
    if (seen.kind === 'pending')
      return append('verifying_burn', {
        burnTxSignature: seen.signature,
        commitment: seen.commitment,
      });
    if (seen.kind !== 'gone') return wait('watch');
    return append('verifying_burn', {
      // Where no node shows the transaction, an explorer finds it by the NFT.
      burnTxSignature: seen.signature ?? target(step).mint,
      commitment: 'finalized',
      message: `${seen.message} What that means for your upgrade is being looked into.`,
    });
  },
  record(step, { seen }) {
    if (seen.kind === 'burned' || seen.kind === 'burned_elsewhere') return burnRecorded(step, seen);
    // Operators honour it, whatever the chain shows.
    return seen.kind === 'gone'
      ? burnRecorded(step, { signature: seen.signature ?? target(step).mint, slot: 0 })
      : wait('watch');
  },
  renew: (step, look) => renewOrExplain(step, look, deadlineOf(step)),
  close: () => ended(new NftUpgradeError('burn_window_closed')),
  leave: (_step, { seen, sight }) =>
    ended(
      sight === 'spent'
        ? new NftUpgradeError('nft_already_upgraded')
        : new NftUpgradeError('nft_moved', 'message' in seen ? { message: seen.message } : {}),
    ),
  cancel: () => append('cancelled', { message: 'Cancelled. Your NFT is in your wallet.' }),
};

const ended = (error: NftUpgradeError): Outcome =>
  append('burn_failed', { ...failurePayload(error), retryAction: 'restart_from_burn' });

/**
 * From here on the new NFT is owed. The primary key is the guarantee that one burned NFT is
 * exchanged once, whatever was signed how often.
 */
function burnRecorded(
  step: Step,
  { signature, slot }: { signature: string; slot: number },
): Outcome {
  const burned: Statement = {
    text: `burned as (insert into nft_upgrade.burned (asset, operation_id, signature, slot)
      select $1, id, $2, $3::bigint from updated)`,
    values: [target(step).mint, signature, slot],
    taken: {
      constraints: ['burned_pkey', 'burned_operation_id_key'],
      error: () => new NftUpgradeError('burn_signature_reused', { operationId: step.operation.id }),
    },
  };
  return append(
    'burn_verified',
    { burnTxSignature: signature, slot, message: 'Old NFT burned' },
    { parts: [burned] },
  );
}

/** Sends the stored bytes again: a transaction that nobody forwards is lost without a trace. */
async function rebroadcast(step: Step): Promise<void> {
  for (const row of await step.attempts.signatures()) {
    if (row.signed_transaction === null || row.attempt === null || row.refused !== null) continue;
    await needChain(step).burn.broadcast({
      signature: row.signature,
      attempt: row.attempt,
      transaction: row.signed_transaction,
    });
  }
}
