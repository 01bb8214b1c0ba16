import { isNftUpgradeError, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Sql } from '../../db/db.ts';
import type { BurnAttempt } from '../../ports/chain.ts';
import { append, type Outcome, type Step } from '../driver.ts';
import { memoOf } from '../identity.ts';
import { needChain } from '../needs.ts';
import { target } from '../target.ts';
import type { BurnLook } from './look.ts';

/** Errors that pass without anybody: a fresh transaction is built in a later look. */
export const passing: readonly string[] = [
  'rpc_unavailable',
  'burn_rpc_mismatch',
  'temporarily_unavailable',
  'port_timeout',
];
/** The look before says otherwise, so something happens now that the next look will see. */
const unsettled: readonly string[] = ['nft_not_owned', 'journal_conflict', 'database_unavailable'];

interface Issue {
  /** What ended the attempts before. */
  ended?: BurnLook;
  /** Code that says why another one is handed out. */
  code?: string;
  /** End of the time for the signature, milliseconds since the epoch; a whole window by default. */
  until?: number;
}

/**
 * A new transaction with a fresh blockhash, written down before it goes out, together with the
 * proof that ended the earlier ones.
 * @throws NftUpgradeError `burn_still_valid` for another one without such a proof
 */
export async function issueBurn(step: Step, { ended, code, until }: Issue = {}): Promise<Outcome> {
  const { burn } = needChain(step);
  const { id } = step.operation;
  const attempts = await step.attempts.list<BurnAttempt>('burn');
  if (attempts.some(({ outcome }) => outcome === null) && !ended)
    throw new NftUpgradeError('burn_still_valid', { operationId: id });
  const nft = await burn.locate(target(step));
  const prepared = await burn.prepare({
    operationId: id,
    memo: memoOf(step),
    nft,
    attempt: attempts.length + 1,
  });
  const payload = {
    ...asked(prepared, until ?? step.now() + step.patience.burnWindowMs),
    message: 'Please sign the burn transaction in your wallet',
    ...(code === undefined ? {} : { code }),
  };
  const parts = [step.attempts.onlyIntent('burn', prepared.attempt, prepared)];
  return append('awaiting_burn', payload, { parts, also: await settling(step, ended) });
}

/**
 * The same where nobody asked for it, within the time that was given. What refuses a new
 * transaction is said instead of it, with the code: the NFT is in the wallet, and nothing that was
 * signed can take it any more.
 * @throws the error of a look that contradicts the one before, or one that was said already
 */
export async function renewOrExplain(step: Step, ended: BurnLook, until: number): Promise<Outcome> {
  const code = ended.failed?.code ?? 'burn_not_found';
  try {
    return await issueBurn(step, { ended, code, until });
  } catch (thrown) {
    if (!isNftUpgradeError(thrown) || unsettled.includes(thrown.code)) throw thrown;
    const { status, now } = step.loaded.snapshot;
    if (status === 'awaiting_burn' && now.code === thrown.code && !ended.failed) throw thrown;
    const [latest] = (await step.attempts.list<BurnAttempt>('burn')).slice(-1);
    if (!latest) throw thrown;
    const payload = {
      ...asked(latest.data, until),
      message: `No new transaction can be made now. Your NFT is in your wallet. ${thrown.message}`,
      code: thrown.code,
    };
    return append('awaiting_burn', payload, { also: await settling(step, ended) });
  }
}

const asked = (attempt: BurnAttempt, until: number) => ({
  burnTransaction: {
    transaction: attempt.transaction,
    version: attempt.version,
    mint: attempt.nft.mint,
    owner: attempt.nft.owner,
    tokenProgram: attempt.nft.tokenProgram,
    attempt: attempt.attempt,
    lastValidBlockHeight: attempt.lastValidBlockHeight,
  },
  instructions: 'Approve the transaction to burn your current NFT',
  deadline: new Date(until).toISOString(),
});

/**
 * What ended the attempts is written with what follows from it or not at all: a look that sees a
 * signature ruled out, and nothing new handed out, would wait for its death.
 */
async function settling(
  step: Step,
  ended: BurnLook | undefined,
): Promise<((sql: Sql) => Promise<void>) | undefined> {
  if (!ended) return undefined;
  const open = (await step.attempts.list<BurnAttempt>('burn')).filter(
    ({ outcome }) => outcome === null,
  );
  const { failed, seen } = ended;
  const dead = seen.kind === 'dead' || (seen.kind === 'failed' && seen.proof) ? seen.proof : null;
  const proof =
    dead !== null
      ? `dead as of slot ${dead?.slot}, block height ${dead?.blockHeight}`
      : `failed on chain: ${failed?.signature} (${failed?.code})`;
  return async (sql) => {
    if (failed) await step.attempts.refuseSignature(failed.signature, failed.code, sql);
    for (const { attempt } of open) await step.attempts.settle('burn', attempt, proof, sql);
  };
}
