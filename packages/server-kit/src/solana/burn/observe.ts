import { isNftUpgradeError, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { decodeBase58 } from '@aiw3/nft-upgrade/solana';
import type { BurnAttempt, BurnObservation, ChainPoint } from '../../ports/chain.ts';
import type { Endpoint } from '../rpc/endpoint.ts';
import { behind, finalizedHeight, finalizedPoint } from '../rpc/reads.ts';
import type { NftStandard } from '../standards/standard.ts';
import type { BurnContext } from './context.ts';
import { type Bench, type Judgement, openBench } from './judge.ts';
import { judgeAll, search } from './search.ts';

export interface BurnQuery {
  attempts: readonly BurnAttempt[];
  signatures: readonly string[];
  ruledOut?: readonly string[];
}

/** Signatures that one look judges of those that were reported, the oldest first. */
export const REPORTED_PER_LOOK = 20;

/** Every answer but this one changes something. */
const decisive = ({ kind }: BurnObservation): boolean => kind !== 'untouched';

/** Two nodes are at two points of the chain, and see a transaction as sure as they have come. */
function essence(seen: BurnObservation): unknown {
  if (seen.kind === 'pending') return [seen.kind, seen.signature];
  if (seen.kind === 'gone') return [seen.kind, seen.signature ?? null];
  return 'proof' in seen ? { ...seen, proof: seen.proof !== undefined } : seen;
}

/**
 * Finds out from the chain what became of a burn. Every answer is made from the reads of one node;
 * one that decides something is given by a majority.
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
  const [malformed, ...others] = wanted.filter((each) => decodeBase58(each, 64) === null);
  if (malformed !== undefined)
    return {
      kind: 'refused',
      signature: malformed,
      code: 'burn_missing',
      message: 'That is not the signature of a transaction.',
      ...withOthers(others.map((signature) => ({ signature, code: 'burn_missing' }))),
    };
  return context.rpc.agree(
    (endpoint) => look(context, endpoint, standard, [first, ...rest], wanted, ruledOut),
    decisive,
    essence,
  );
}

async function look(
  context: BurnContext,
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
  const bench = openBench(endpoint, standard, attempts, settled.slot);
  const judged = await judgeAll(bench, wanted.slice(0, REPORTED_PER_LOOK), settled.slot);
  const landed = landedOne(judged);
  if (landed) return landed;

  const heldForGood = await standard.holds(endpoint, nft, 'finalized', settled.slot);
  const heldNow = await standard.holds(endpoint, nft, 'confirmed');
  const refused = refusal(judged);
  if (!heldNow) {
    // The NFT is leaving or gone, and no reported signature explains it: look for the transaction.
    const found = await search(context, bench, [...wanted, ...ruledOut]);
    const unreported = landedOne(found);
    if (unreported) return unreported;
    if (refused) return refused;
    if (!heldForGood) return gone(bench, [...judged, ...found], ruledOut, settled);
    return { kind: 'untouched' };
  }
  if (heldForGood) context.held.note(endpoint, nft, settled.slot);
  if (refused) return refused;
  const proof = await deathOf(endpoint, attempts, settled);
  const failed = firstOf(judged, 'failed');
  if (failed) return { ...failed, ...(proof && { proof }) };
  // Not held for good, but now: it has come into the wallet just before.
  return proof && heldForGood ? { kind: 'dead', proof } : { kind: 'untouched' };
}

/**
 * The point that is beyond the life of every attempt. Asked in two ways, because a height that is
 * wrong hands out a second transaction while the first may land.
 */
async function deathOf(
  endpoint: Endpoint,
  attempts: readonly BurnAttempt[],
  settled: ChainPoint,
): Promise<ChainPoint | undefined> {
  const isPast = (blockHeight: number) =>
    attempts.every(({ lastValidBlockHeight }) => blockHeight > lastValidBlockHeight);
  return isPast(settled.blockHeight) && isPast(await finalizedHeight(endpoint))
    ? settled
    : undefined;
}

/** The NFT has left the wallet for good, and not by a burn that counts so far. */
async function gone(
  bench: Bench,
  judged: readonly Judgement[],
  ruledOut: readonly string[],
  settled: ChainPoint,
): Promise<BurnObservation> {
  const { endpoint, attempts, standard } = bench;
  const [{ nft }] = attempts;
  const remaining = await bench.remaining(settled.slot);
  if (!remaining.closed && remaining.supply > 0n) {
    if (await standsInAccount(endpoint, standard, nft)) throw behind(endpoint, 'token accounts');
    const proof = await deathOf(endpoint, attempts, settled);
    return {
      kind: 'moved',
      message: 'The NFT was moved to another wallet.',
      ...(proof && { proof }),
    };
  }
  const unproven = firstOf(judged, 'unproven');
  if (unproven)
    return {
      kind: 'pending',
      signature: unproven.signature,
      commitment: 'confirmed',
      unproven: unproven.why,
    };
  const excluded = await judgeAll(bench, ruledOut.slice(0, REPORTED_PER_LOOK));
  const explained = [...judged, ...excluded].find(
    (judgement) => judgement.kind === 'refused' && judgement.burnsAnyway,
  );
  return explained?.kind === 'refused'
    ? {
        kind: 'gone',
        signature: explained.signature,
        code: explained.code,
        message: `The NFT was burned in a way that does not count: ${explained.message}`,
      }
    : {
        kind: 'gone',
        message: 'The NFT was burned, and no node shows by which transaction.',
      };
}

/** The account that held it, asked by itself: it contradicts a list that leaves it out. */
async function standsInAccount(
  endpoint: Endpoint,
  standard: NftStandard,
  nft: BurnAttempt['nft'],
): Promise<boolean> {
  try {
    await standard.buildBurn(endpoint, nft, 'finalized');
    return true;
  } catch (thrown) {
    if (isNftUpgradeError(thrown) && thrown.code === 'nft_not_owned') return false;
    if (isNftUpgradeError(thrown) && thrown.code === 'nft_frozen') return true;
    throw thrown;
  }
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

/** Every refused signature at once, so that many of them cost one look. */
function refusal(judged: readonly Judgement[]): BurnObservation | undefined {
  const [first, ...others] = judged.filter((judgement) => judgement.kind === 'refused');
  if (!first) return undefined;
  const { kind, signature, code, message } = first;
  return { kind, signature, code, message, ...withOthers(others) };
}

const withOthers = (others: readonly { signature: string; code: string }[]) =>
  others.length > 0 ? { others: others.map(({ signature, code }) => ({ signature, code })) } : {};
