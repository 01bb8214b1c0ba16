import { isNftUpgradeError, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Sql } from '../db/db.ts';
import type { Statement } from '../db/write-atomically.ts';
import type { BurnAttempt, BurnObservation, FoundBurn } from '../ports/chain.ts';
import {
  append,
  failurePayload,
  next,
  type Outcome,
  type PhaseDriver,
  type Step,
  wait,
} from './driver.ts';
import { needChain } from './plan.ts';

/**
 * Hands out burn transactions and finds out from the chain what became of them. What a client
 * reports is a hint and never decides. Another transaction is handed out only after the chain has
 * proved that the earlier ones cannot land.
 */
export const burnDriver: PhaseDriver = {
  watched: ['awaiting_burn', 'verifying_burn', 'cancelling'],
  async enter(step) {
    const [found] = await step.attempts.list<FoundBurn>('found');
    return found ? burnRecorded(step, found.data) : issueBurn(step);
  },

  async preflight(step) {
    const { burn } = needChain(step);
    // Before the chain: an issuer who kept power over a mint can make it again under the same
    // address, and its burn would count for nothing.
    await refuseRecordedBurn(step);
    const nft = await burn
      .locate(target(step))
      .catch((error: unknown) => burnedBefore(step, error));
    if (!nft) return null;
    // Simulated here and thrown away: a wallet without SOL for the fee is told before anything is
    // reserved for long.
    await burn.prepare({ operationId: step.operation.id, nft, attempt: 1 });
    return null;
  },

  on: {
    async awaiting_burn(step) {
      const seen = await observeBurn(step);
      if (seen.kind === 'pending')
        return append('verifying_burn', {
          burnTxSignature: seen.signature,
          commitment: seen.commitment,
        });
      if (
        seen.kind === 'dead' &&
        step.now() > Date.parse(String(step.loaded.snapshot.now.deadline))
      )
        return windowClosed();
      if (seen.kind === 'failed') return issueBurn(step, seen, seen.code);
      return settled(step, seen) ?? wait('watch');
    },

    async verifying_burn(step) {
      const seen = await observeBurn(step);
      if (seen.kind === 'failed') return issueBurn(step, seen, seen.code);
      if (seen.kind === 'dead') return issueBurn(step, seen, 'burn_not_found');
      if (seen.kind === 'untouched' || seen.kind === 'pending') await rebroadcast(step);
      return settled(step, seen) ?? wait('watch');
    },

    async cancelling(step) {
      const seen = await observeBurn(step);
      if (seen.kind === 'dead')
        return append('cancelled', { message: 'Cancelled. Your NFT is in your wallet.' });
      return settled(step, seen) ?? wait('watch');
    },

    burn_verified: async () => next(),
  },

  failed(_step, error) {
    if (error.code === 'burn_signature_reused')
      return append('burn_failed', { ...failurePayload(error), retryAction: 'restart_from_burn' });
    // The chain cannot be read, or not now: wait, never guess.
    return wait('watch');
  },
};

/** The NFT that has to be burned, and by whom. */
function target(step: Step): { mint: string; owner: string } {
  const { wallet, id } = step.loaded.row;
  const nft = step.operation.facts.currentNFT;
  const mint =
    typeof nft === 'object' && nft !== null && 'mintAddress' in nft ? nft.mintAddress : undefined;
  if (!wallet)
    throw new NftUpgradeError('wallet_not_connected', {
      message: 'The user has no verified wallet.',
      operationId: id,
    });
  if (typeof mint !== 'string') throw new NftUpgradeError('nft_not_owned', { operationId: id });
  return { mint, owner: wallet };
}

export const burnAttempts = async (step: Step): Promise<BurnAttempt[]> =>
  (await step.attempts.list<BurnAttempt>('burn')).map((row) => row.data);

/** Reads the chain, and notes down reported signatures that it rules out. */
export async function observeBurn(step: Step): Promise<BurnObservation> {
  const attempts = await burnAttempts(step);
  const known = await step.attempts.signatures();
  const signatures = known.filter((row) => row.refused === null).map((row) => row.signature);
  const ruledOut = known.filter((row) => row.refused !== null).map((row) => row.signature);
  const seen = await needChain(step).burn.observe({ attempts, signatures, ruledOut });
  if (seen.kind !== 'refused') return seen;
  await step.attempts.refuseSignature(seen.signature, seen.code);
  return observeBurn(step);
}

/** What is certain, whatever the status is; null while nothing is. */
function settled(step: Step, seen: BurnObservation): Outcome | null {
  if (seen.kind === 'burned' || seen.kind === 'burned_elsewhere') {
    return burnRecorded(step, seen);
  }
  if (seen.kind === 'gone')
    return seen.signature === undefined
      ? null
      : settled(step, { kind: 'moved', message: seen.message });
  if (seen.kind === 'moved') {
    const error = new NftUpgradeError('nft_moved', { message: seen.message });
    return append('burn_failed', { ...failurePayload(error), retryAction: 'restart_from_burn' });
  }
  return null;
}

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
      constraints: ['burned_pkey', 'burned_operation_id_key', 'burned_signature_key'],
      error: () => new NftUpgradeError('burn_signature_reused', { operationId: step.operation.id }),
    },
  };
  return append(
    'burn_verified',
    { burnTxSignature: signature, slot, message: 'Old NFT burned' },
    { parts: [burned] },
  );
}

/**
 * @throws NftUpgradeError `nft_already_upgraded` for an NFT whose burn has counted for another
 *   operation
 */
async function refuseRecordedBurn(step: Step): Promise<void> {
  const [row] = await step.read<{ operation_id: string }>(
    'select operation_id from nft_upgrade.burned where asset = $1 and operation_id <> $2',
    [target(step).mint, step.operation.id],
  );
  if (row)
    throw new NftUpgradeError('nft_already_upgraded', {
      details: { required: 'an NFT that was not upgraded', actual: 'upgraded' },
    });
}

/**
 * The NFT is not in the wallet. Where it was burned for an operation that did not deliver, as one
 * that a restored database has forgotten, the burn is skipped.
 * @throws the error itself when there is no such burn
 */
async function burnedBefore(step: Step, error: unknown): Promise<null> {
  const { burn } = needChain(step);
  if (!isNftUpgradeError(error) || error.code !== 'nft_not_owned' || !burn.find) throw error;
  const { mint, owner } = target(step);
  const found = await burn.find({ mint, owner });
  if (!found) throw error;
  // What was seen on the chain stays true; the phases after this one read it.
  await step.attempts.write('found', 1, found);
  return null;
}

/** What ends the attempts before: their death, or the failure of one of them on the chain. */
type Ended = Extract<BurnObservation, { kind: 'dead' | 'failed' }>;

/**
 * A new transaction with a fresh blockhash, written down before it goes out, together with the
 * proof that ended the earlier ones.
 * @throws NftUpgradeError `burn_still_valid` for another one without such a proof
 */
export async function issueBurn(step: Step, ended?: Ended, code?: string): Promise<Outcome> {
  const { burn } = needChain(step);
  const { id } = step.operation;
  const attempts = await step.attempts.list<BurnAttempt>('burn');
  const open = attempts.filter(({ outcome }) => outcome === null);
  if (open.length > 0 && !ended) throw new NftUpgradeError('burn_still_valid', { operationId: id });
  const nft = await burn.locate(target(step));
  const prepared = await burn.prepare({ operationId: id, nft, attempt: attempts.length + 1 });
  const { transaction, version, attempt, lastValidBlockHeight } = prepared;
  const payload = {
    burnTransaction: {
      transaction,
      version,
      mint: nft.mint,
      owner: nft.owner,
      tokenProgram: nft.tokenProgram,
      attempt,
      lastValidBlockHeight,
    },
    instructions: 'Approve the transaction to burn your current NFT',
    deadline: new Date(step.now() + step.patience.burnWindowMs).toISOString(),
    message: 'Please sign the burn transaction in your wallet',
    ...(code === undefined ? {} : { code }),
  };
  const settle = async (sql: Sql) => {
    // Ruled out with the new transaction or not at all: a look that sees it ruled out, and nothing
    // new handed out, would wait for its death.
    if (ended?.kind === 'failed')
      await step.attempts.refuseSignature(ended.signature, ended.code, sql);
    if (ended)
      for (const earlier of open)
        await step.attempts.settle('burn', earlier.attempt, proofOf(ended), sql);
  };
  const parts = [step.attempts.onlyIntent('burn', attempt, prepared)];
  return append('awaiting_burn', payload, {
    parts,
    also: open.length > 0 || ended?.kind === 'failed' ? settle : undefined,
  });
}

const proofOf = (ended: Ended): string =>
  ended.kind === 'failed'
    ? `failed on chain: ${ended.signature} (${ended.code})`
    : `dead as of slot ${ended.proof?.slot}, block height ${ended.proof?.blockHeight}`;

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

function windowClosed(): Outcome {
  return append('burn_failed', {
    ...failurePayload(new NftUpgradeError('burn_window_closed')),
    retryAction: 'restart_from_burn',
  });
}
