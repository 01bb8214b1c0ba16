import { isNftUpgradeError, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { decodeBase58 } from '@aiw3/nft-upgrade/solana';
import { PublicKey } from '@solana/web3.js';
import type { BurnAttempt, BurnObservation } from '../../ports/chain.ts';
import type { Endpoint } from '../rpc/endpoint.ts';
import { behind, finalizedPoint, readHistory, readStatuses } from '../rpc/reads.ts';
import type { NftStandard } from '../standards/standard.ts';
import type { BurnContext } from './context.ts';
import { expectationOf, type Judgement, judge } from './judge.ts';

export interface BurnQuery {
  attempts: readonly BurnAttempt[];
  signatures: readonly string[];
  ruledOut?: readonly string[];
}

/**
 * Answers from which something follows that cannot be taken back: a mint, another prompt, the end
 * of the operation.
 */
const decisive = ({ kind }: BurnObservation): boolean => kind !== 'untouched' && kind !== 'pending';

/** Two nodes prove a death at two points of the chain. */
const essence = (seen: BurnObservation): unknown => (seen.kind === 'dead' ? seen.kind : seen);

/**
 * Finds out from the chain what became of a burn. Every answer is made from the reads of one node;
 * one that decides something is repeated on the others.
 * @throws NftUpgradeError `rpc_unavailable`, also while a node has not caught up with what it shows
 *   elsewhere
 */
export async function observeBurn(
  context: BurnContext,
  query: BurnQuery,
): Promise<BurnObservation> {
  const {
    attempts: [first, ...rest],
    ruledOut = [],
  } = query;
  if (!first)
    throw new NftUpgradeError('burn_not_expected', {
      message: 'No burn transaction was handed out yet.',
    });
  const standard = context.standards.named(first.nft.standard);
  const wanted = [...new Set(query.signatures)].filter(
    (signature) => !ruledOut.includes(signature),
  );
  // A node refuses a whole question for one malformed signature in it, and would never look for the
  // others again.
  const malformed = wanted.find((signature) => decodeBase58(signature, 64) === null);
  if (malformed !== undefined)
    return {
      kind: 'refused',
      signature: malformed,
      code: 'burn_missing',
      message: 'That is not the signature of a transaction.',
    };
  return context.rpc.agree(
    (endpoint) => look(endpoint, standard, [first, ...rest], wanted, ruledOut),
    decisive,
    essence,
  );
}

async function look(
  endpoint: Endpoint,
  standard: NftStandard,
  attempts: readonly [BurnAttempt, ...BurnAttempt[]],
  wanted: readonly string[],
  ruledOut: readonly string[],
): Promise<BurnObservation> {
  const [{ nft }] = attempts;
  // First of all reads: what is not on the chain at a later slot than this one cannot have landed
  // in a block that this height has passed.
  const settled = await finalizedPoint(endpoint);
  const judged = await judgeAll(endpoint, standard, attempts, wanted, { atLeast: settled.slot });
  const landed = landedOne(judged);
  if (landed) return landed;

  const heldForGood = await standard.holds(endpoint, nft, 'finalized', settled.slot);
  const heldNow = await standard.holds(endpoint, nft, 'confirmed');
  if (!heldNow) {
    // The NFT is leaving or gone, and no reported signature explains it: look for the transaction.
    const found = await search(endpoint, standard, attempts, [...wanted, ...ruledOut]);
    const unreported = landedOne(found);
    if (unreported) return unreported;
    const refused = firstOf(judged, 'refused');
    if (refused) return refusalOf(refused);
    if (!heldForGood) return gone(endpoint, standard, attempts, found, ruledOut, settled.slot);
    return { kind: 'untouched' };
  }

  const refused = firstOf(judged, 'refused');
  if (refused) return refusalOf(refused);
  const failed = firstOf(judged, 'failed');
  if (failed) return failed;
  // Not held for good, but now: it has come into the wallet just before.
  const dead =
    heldForGood &&
    attempts.every(({ lastValidBlockHeight }) => settled.blockHeight > lastValidBlockHeight);
  return dead ? { kind: 'dead', proof: settled } : { kind: 'untouched' };
}

/**
 * Judges those of the signatures that the node knows. With `genuineOnly`, transactions that the
 * node cannot show with valid signatures are passed over: surfpool 1.5.0 has such ones for its
 * airdrops, and one of them in a history must not hide the others.
 */
async function judgeAll(
  endpoint: Endpoint,
  standard: NftStandard,
  attempts: readonly [BurnAttempt, ...BurnAttempt[]],
  signatures: readonly string[],
  { atLeast = 0, genuineOnly = false }: { atLeast?: number; genuineOnly?: boolean },
): Promise<readonly Judgement[]> {
  const statuses = await readStatuses(endpoint, signatures, atLeast);
  const judged: Judgement[] = [];
  for (const [index, signature] of signatures.entries()) {
    const status = statuses[index];
    if (!status) continue;
    const judgement = await judge(endpoint, standard, attempts, signature, status).catch(
      rethrowUnless(genuineOnly),
    );
    if (!judgement) continue;
    judged.push(judgement);
    // An NFT is burned once, so there is nothing left to look for.
    if (judgement.kind === 'burned' || judgement.kind === 'burned_elsewhere') break;
  }
  return judged;
}

const rethrowUnless = (genuineOnly: boolean) => (thrown: unknown) => {
  if (!genuineOnly || !isNftUpgradeError(thrown) || thrown.code !== 'burn_rpc_mismatch')
    throw thrown;
  return null;
};

/**
 * Looks for the transaction in the history of the mint: nobody has to report a burn for it to
 * count.
 */
async function search(
  endpoint: Endpoint,
  standard: NftStandard,
  attempts: readonly [BurnAttempt, ...BurnAttempt[]],
  known: readonly string[],
): Promise<readonly Judgement[]> {
  const { mint, memo, minSlot } = expectationOf(attempts);
  const history = await readHistory(endpoint, new PublicKey(mint), minSlot);
  const candidates = history.filter(
    ({ err, slot, signature }) => err === null && slot >= minSlot && !known.includes(signature),
  );
  // Nodes list memos as `[66] text`. Where they do, ours is at the front, and a stranger cannot
  // bury it under transactions that only name the mint.
  const named = (entry: { memo: string | null }) => Number(!(entry.memo?.includes(memo) ?? false));
  const signatures = candidates
    .sort((a, b) => named(a) - named(b))
    .map(({ signature }) => signature);
  return judgeAll(endpoint, standard, attempts, signatures, { genuineOnly: true });
}

/** The NFT has left the wallet for good, and not by a burn that counts. */
async function gone(
  endpoint: Endpoint,
  standard: NftStandard,
  attempts: readonly [BurnAttempt, ...BurnAttempt[]],
  found: readonly Judgement[],
  ruledOut: readonly string[],
  atLeast: number,
): Promise<BurnObservation> {
  const [{ nft }] = attempts;
  const remaining = await standard.remaining(endpoint, nft, atLeast);
  if (!remaining.closed && remaining.supply > 0n)
    return { kind: 'moved', message: 'The NFT was moved to another wallet.' };
  const excluded = await judgeAll(endpoint, standard, attempts, ruledOut, { genuineOnly: true });
  const explained = [...found, ...excluded].find(
    (judgement) => judgement.kind === 'refused' && judgement.burnsAnyway,
  );
  if (explained?.kind === 'refused')
    return {
      kind: 'moved',
      message: `The NFT was burned in a way that does not count: ${explained.message}`,
    };
  // It no longer exists, but the index of transactions does not show why yet. A burn that counts
  // may be what is missing.
  throw behind(endpoint, 'the transaction that burned the NFT');
}

/** The burn itself, as far as it has come. */
const landedOne = (judged: readonly Judgement[]): BurnObservation | undefined =>
  firstOf(judged, 'burned') ?? firstOf(judged, 'burned_elsewhere') ?? firstOf(judged, 'pending');

function firstOf<Kind extends Judgement['kind']>(
  judged: readonly Judgement[],
  kind: Kind,
): Extract<Judgement, { kind: Kind }> | undefined {
  return judged.find(
    (judgement): judgement is Extract<Judgement, { kind: Kind }> => judgement.kind === kind,
  );
}

/** Without what is only for this file: two nodes are compared by the whole answer. */
const refusalOf = ({
  kind,
  signature,
  code,
  message,
}: Extract<Judgement, { kind: 'refused' }>): BurnObservation => ({
  kind,
  signature,
  code,
  message,
});
