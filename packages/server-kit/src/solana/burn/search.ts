import { isNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { PublicKey } from '@solana/web3.js';
import { commitmentOf, readStatuses } from '../rpc/reads.ts';
import type { BurnContext } from './context.ts';
import { type Bench, expectationOf, type Judgement, judge } from './judge.ts';

/** Judges those of the signatures that the node knows. */
export async function judgeAll(
  bench: Bench,
  signatures: readonly string[],
  atLeast = 0,
): Promise<readonly Judgement[]> {
  const statuses = await readStatuses(bench.endpoint, signatures, atLeast);
  const judged: Judgement[] = [];
  for (const [index, signature] of signatures.entries()) {
    const status = statuses[index];
    if (!status) continue;
    const judgement = await judge(bench, signature, status);
    judged.push(judgement);
    // An NFT is burned once, so there is nothing left to look for.
    if (judgement.kind === 'burned' || judgement.kind === 'burned_elsewhere') break;
  }
  return judged;
}

/**
 * Looks for the transaction in the history of the mint: nobody has to report a burn for it to
 * count. One look opens a few, and the next one goes on.
 */
export async function search(
  { history, held }: BurnContext,
  bench: Bench,
  known: readonly string[],
): Promise<readonly Judgement[]> {
  const { endpoint, attempts } = bench;
  const [{ nft }] = attempts;
  const { mint, memo, minSlot } = expectationOf(attempts);
  const since = Math.max(minSlot, held.until(endpoint, nft));
  // Nodes list memos as `[66] text`. Where they do, ours is at the front, and a stranger cannot
  // bury it under transactions that only name the mint.
  const { signatures, settle } = await history.look(
    endpoint,
    new PublicKey(mint),
    { since, purpose: memo },
    (entry) => entry.memo?.includes(memo) ?? false,
  );
  const unknown = signatures.filter((signature) => !known.includes(signature));
  const statuses = await readStatuses(endpoint, unknown);
  const judged: Judgement[] = [];
  for (const [index, signature] of unknown.entries()) {
    const status = statuses[index];
    if (!status) continue;
    const judgement = await judge(bench, signature, status).catch(notGenuine);
    const isNothing =
      judgement === 'foreign' || (judgement.kind === 'refused' && !judgement.burnsAnyway);
    if (!isNothing) judged.push(judgement);
    // Before it is final, a fork may still bring another outcome.
    else if (commitmentOf(status) === 'finalized') settle(signature);
    if (judgement !== 'foreign' && judgement.kind === 'burned') break;
  }
  return judged;
}

/**
 * A transaction that the node cannot show with valid signatures is passed over: surfpool 1.5.0 has
 * such ones for its airdrops, and one of them in a history must not hide the others.
 */
export function notGenuine(thrown: unknown): 'foreign' {
  if (isNftUpgradeError(thrown) && thrown.code === 'burn_rpc_mismatch') return 'foreign';
  throw thrown;
}
