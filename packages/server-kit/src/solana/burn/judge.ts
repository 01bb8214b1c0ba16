import type { BurnAttempt, BurnObservation } from '../../ports/chain.ts';
import { readLanded } from '../landed.ts';
import type { Endpoint } from '../rpc/endpoint.ts';
import type { SignatureStatus } from '../rpc/methods.ts';
import { behind, commitmentOf } from '../rpc/reads.ts';
import type { NftStandard, RemainingMint } from '../standards/standard.ts';
import { type BurnFinding, type ExpectedBurn, tookTheLast } from './findings.ts';

/**
 * What one transaction is for an operation. `burnsAnyway`: refused, but it did take the NFT out of
 * existence. `unproven`: it is final, and what it did cannot be seen. Whether it matters is told by
 * whether the NFT is still there.
 */
export type Judgement =
  | Extract<BurnObservation, { kind: 'burned' | 'burned_elsewhere' | 'failed' }>
  | { kind: 'pending'; signature: string; commitment: 'processed' | 'confirmed' }
  | { kind: 'unproven'; signature: string; why: string }
  | { kind: 'refused'; signature: string; code: string; message: string; burnsAnyway: boolean };

/** The burn that the attempts of an operation stand for. All of them carry the same memo. */
export function expectationOf(attempts: readonly [BurnAttempt, ...BurnAttempt[]]): ExpectedBurn {
  const [{ nft, memo }] = attempts;
  return {
    mint: nft.mint,
    owner: nft.owner,
    tokenProgram: nft.tokenProgram,
    memo,
    minSlot: Math.min(...attempts.map(({ minSlot }) => minSlot)),
  };
}

/** What a judgement is made against. */
export interface Bench {
  endpoint: Endpoint;
  standard: NftStandard;
  attempts: readonly [BurnAttempt, ...BurnAttempt[]];
  /** What is left of the mint as of a slot, or later. */
  remaining(slot: number): Promise<RemainingMint>;
}

/** Reads what is left of the mint once for all judgements of a look. */
export function openBench(
  endpoint: Endpoint,
  standard: NftStandard,
  attempts: readonly [BurnAttempt, ...BurnAttempt[]],
  atLeast = 0,
): Bench {
  const [{ nft }] = attempts;
  let known: { slot: number; mint: Promise<RemainingMint> } | undefined;
  return {
    endpoint,
    standard,
    attempts,
    remaining(slot) {
      const asOf = Math.max(slot, atLeast);
      if (!known || known.slot < asOf)
        known = { slot: asOf, mint: standard.remaining(endpoint, nft, asOf) };
      return known.mint;
    },
  };
}

/**
 * Judges one transaction that the node knows. Before `finalized` only what follows from the signed
 * bytes is held against it: the rest can still be undone by a fork. What cannot be read is never
 * called something else than a burn.
 */
export async function judge(
  { endpoint, standard, attempts, remaining }: Bench,
  signature: string,
  status: SignatureStatus,
): Promise<Judgement> {
  const commitment = commitmentOf(status);
  const pending: Judgement = {
    kind: 'pending',
    signature,
    commitment: commitment === 'processed' ? 'processed' : 'confirmed',
  };
  // Nodes show a transaction from `confirmed` on.
  if (commitment === 'processed') return pending;
  const landed = await readLanded(endpoint, signature);
  if (!landed || landed === 'unsupported') {
    if (commitment !== 'finalized') return pending;
    const why = landed ? unreadable : notShown;
    return { kind: 'unproven', signature, why };
  }
  // The slot decides whether a burn is too old, and both answers name it.
  if (commitment === 'finalized' && landed.slot !== status.slot)
    throw behind(endpoint, 'slot of a transaction');

  const [{ nft }] = attempts;
  const expected = expectationOf(attempts);
  const left =
    commitment === 'finalized' ? await remaining(status.slot) : ({ closed: true } as const);
  const findings = standard.verifyBurn(landed, expected, left);
  const fromBytes = findings.filter(({ from }) => from === 'bytes');
  if (commitment !== 'finalized') {
    const [first] = fromBytes.filter(({ unbound }) => !unbound);
    return first ? refused(signature, first, false) : pending;
  }
  const [first, second] = findings;
  if (!first) return { kind: 'burned', signature, slot: landed.slot };
  if (landed.failed) {
    // A failed transaction that was not our burn says nothing about our burn.
    const [foreign] = fromBytes;
    return foreign
      ? refused(signature, foreign, false)
      : { kind: 'failed', signature, code: first.code, message: first.message };
  }
  // The owner burned it with another tool while the operation was running: every check holds but
  // the memo, and none names another operation.
  if (first.unbound && !second) return { kind: 'burned_elsewhere', signature, slot: landed.slot };
  return refused(signature, first, tookTheLast(landed, nft.mint));
}

const unreadable = 'It is final, in a version that cannot be read here.';
const notShown = 'It is final, and the node does not show it.';

const refused = (
  signature: string,
  { code, message }: BurnFinding,
  burnsAnyway: boolean,
): Judgement => ({
  kind: 'refused',
  signature,
  code,
  message,
  burnsAnyway,
});
