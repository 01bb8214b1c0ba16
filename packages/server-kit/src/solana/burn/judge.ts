import type { SignatureStatus } from '@solana/web3.js';
import type { BurnAttempt, BurnObservation } from '../../ports/chain.ts';
import { readLanded } from '../landed.ts';
import type { Endpoint } from '../rpc/endpoint.ts';
import type { NftStandard } from '../standards/standard.ts';
import { type BurnFinding, type ExpectedBurn, tookTheLast } from './findings.ts';

/**
 * What one transaction is for an operation. `burnsAnyway`: refused, but it did take the NFT out of
 * existence.
 */
export type Judgement =
  | Extract<BurnObservation, { kind: 'pending' | 'burned' | 'burned_elsewhere' | 'failed' }>
  | (Extract<BurnObservation, { kind: 'refused' }> & { burnsAnyway: boolean });

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

/**
 * Judges one transaction that the node knows. Before `finalized` only what follows from the signed
 * bytes is held against it: the rest can still be undone by a fork.
 */
export async function judge(
  endpoint: Endpoint,
  standard: NftStandard,
  attempts: readonly [BurnAttempt, ...BurnAttempt[]],
  signature: string,
  status: SignatureStatus,
): Promise<Judgement> {
  const commitment = status.confirmationStatus ?? 'processed';
  const pending: Judgement = {
    kind: 'pending',
    signature,
    commitment: commitment === 'processed' ? 'processed' : 'confirmed',
  };
  // Nodes show a transaction from `confirmed` on.
  if (commitment === 'processed') return pending;
  const landed = await readLanded(endpoint, signature);
  // The index of transactions is behind the statuses.
  if (!landed) return pending;
  if (landed === 'unsupported') return refused(signature, unreadable, false);

  const [{ nft }] = attempts;
  const expected = expectationOf(attempts);
  const remaining =
    commitment === 'finalized'
      ? await standard.remaining(endpoint, nft, status.slot)
      : { closed: true as const };
  const findings = standard.verifyBurn(landed, expected, remaining);
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

const unreadable: BurnFinding = {
  code: 'burn_missing',
  message: 'It has a version that is not known here.',
  from: 'bytes',
};

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
