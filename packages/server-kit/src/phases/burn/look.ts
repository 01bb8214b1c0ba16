import type { BurnAttempt, BurnObservation } from '../../ports/chain.ts';
import type { Step } from '../driver.ts';
import { needChain } from '../plan.ts';
import { target } from '../target.ts';
import { decisionOn } from '../unbound-burn.ts';
import type { BurnSight, BurnWindow } from './decision.ts';

export const burnAttempts = async (step: Step): Promise<BurnAttempt[]> =>
  (await step.attempts.list<BurnAttempt>('burn')).map((row) => row.data);

type Failed = Extract<BurnObservation, { kind: 'failed' }>;

/** What one look at the chain found. */
export interface BurnLook {
  readonly sight: BurnSight;
  readonly seen: Exclude<BurnObservation, { kind: 'refused' }>;
  /** A transaction of ours that landed with an error, and is not ruled out yet. */
  readonly failed: Failed | null;
  /** Whether signed bytes are stored that no look has ruled out. */
  readonly stored: boolean;
}

/**
 * Signatures that one look rules out, at most: each costs another reading of the chain, and anybody
 * may report any number of them.
 */
const RULED_OUT_PER_LOOK = 4;
/** Reports that one look asks about, newest first, beside every signature of stored bytes. */
const REPORTS_PER_LOOK = 8;

/**
 * Reads the chain. Reported signatures that it rules out are noted down, and one that failed is
 * looked past: what it comes to depends on whether anything else may still land.
 */
export async function lookAtBurn(step: Step): Promise<BurnLook> {
  const attempts = await burnAttempts(step);
  let failed: Failed | null = null;
  for (let looks = 0; looks <= RULED_OUT_PER_LOOK; looks += 1) {
    const known = await step.attempts.signatures();
    const open = known.filter((row) => row.refused === null && row.signature !== failed?.signature);
    const stored = open.filter((row) => row.signed_transaction !== null);
    const reports = open.filter((row) => row.signed_transaction === null);
    const signatures = [...stored, ...reports.slice(-REPORTS_PER_LOOK)];
    const ruledOut = known.filter((row) => row.refused !== null).map((row) => row.signature);
    const seen = await needChain(step).burn.observe({
      attempts,
      signatures: signatures.map((row) => row.signature),
      ruledOut: failed ? [...ruledOut, failed.signature] : ruledOut,
    });
    if (seen.kind === 'refused') {
      for (const { signature, code } of [seen, ...(seen.others ?? [])])
        await step.attempts.refuseSignature(signature, code);
    } else if (seen.kind === 'failed' && !failed && !seen.proof) failed = seen;
    else {
      if (seen.kind === 'failed') failed ??= seen;
      const sight = seen.kind === 'gone' ? await goneFor(step) : sightOf(seen);
      // Bytes of ours that are stored may land as long as they live, whatever others came to.
      const over = failed !== null && stored.length === 0 && sight === 'untouched';
      return { sight: over ? 'failed' : sight, seen, failed, stored: stored.length > 0 };
    }
  }
  return { sight: 'untouched', seen: { kind: 'untouched' }, failed, stored: true };
}

/** What is known here of the burn of an NFT that is gone, and that the chain does not explain. */
async function goneFor(step: Step): Promise<BurnSight> {
  const { mint, owner } = target(step);
  const [burned] = await step.read('select 1 from nft_upgrade.burned where asset = $1', [mint]);
  if (burned) return 'spent';
  const decision = await decisionOn(step.read, mint, owner);
  return decision === null || decision === 'open' ? 'gone' : decision;
}

function sightOf(seen: BurnLook['seen']): BurnSight {
  if (seen.kind === 'failed') return seen.proof ? 'dead' : 'failed';
  if (seen.kind === 'pending') return seen.unproven === undefined ? 'pending' : 'unproven';
  if (seen.kind === 'moved') return seen.proof ? 'left' : 'away';
  return seen.kind;
}

/** Until when the signature is waited for, milliseconds since the epoch. */
export function deadlineOf(step: Step): number {
  const asked = step.loaded.events.findLast(({ status }) => status === 'awaiting_burn');
  return Date.parse(String(asked?.deadline));
}

/** Without a deadline it is open: nothing is ended by a date that nobody was told. */
export const windowOf = (step: Step): BurnWindow =>
  step.now() > deadlineOf(step) ? 'closed' : 'open';
