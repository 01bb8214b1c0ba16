import { NftUpgradeError, toNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { MintAttempt, MintObservation, MintRequest } from '../ports/chain.ts';
import { append, next, type Outcome, type PhaseDriver, type Step, wait } from './driver.ts';
import { foundBurn } from './found-burn.ts';
import { type MintAction, type MintStatus, mintDecisions } from './mint-decision.ts';
import { mintFault } from './mint-fault.ts';
import { otherPlaces, placeOf } from './place.ts';
import { makePlan, mintRequest, needChain, readPlan } from './plan.ts';
import { recoveryDriver, resume } from './recovery.ts';

const enter: PhaseDriver['enter'] = async () =>
  append('minting_new_nft', { message: 'Minting new NFT to your wallet' });
const recovery = recoveryDriver({ failed: 'mint_failed', step: 'mint' }, enter);

/**
 * Mints at an address that follows from what was burned, or from who claims. Every signed
 * transaction is written down before it is sent, and what already stands at the address is adopted,
 * so that any number of crashes and workers leads to one NFT.
 */
export const mintDriver: PhaseDriver = {
  enter,
  watched: ['minting_new_nft'],
  async preflight(step) {
    const { mint } = needChain(step);
    const request = mintRequest(step, await makePlan(step));
    // After a burn nothing irreversible is left to protect, and the NFT may stand there already:
    // then it is adopted.
    if (await foundBurn(step)) return null;
    const taken = await mint.standing([request, ...(await otherPlaces(step, request, null))]);
    if (taken.length === 0) await mint.preflight(request);
    else await refuseTaken(step, taken);
    return null;
  },
  on: {
    ...recovery.on,
    minting_new_nft: advance('minting_new_nft'),
    async needs_attention(step) {
      const decided = await recovery.on.needs_attention?.(step);
      return decided && decided.kind !== 'wait' ? decided : advance('needs_attention')(step);
    },
  },
  failed: (step, error) => recovery.failed(step, toNftUpgradeError(error, 'mint_failed_on_chain')),
};

/** What the chain shows, and what may still change it. */
interface MintLook {
  readonly request: MintRequest;
  readonly seen: MintObservation;
  /** Attempts of which no look has said what became of them. */
  readonly open: readonly MintAttempt[];
  /** How many there were. */
  readonly made: number;
}

/** Looks at the chain, and does what the decision about it says. */
function advance(status: MintStatus): (step: Step) => Promise<Outcome> {
  return async (step) => {
    const rows = await step.attempts.list<MintAttempt>('mint');
    const open = rows.filter((row) => row.outcome === null).map((row) => row.data);
    // Nothing was signed that could still land: people decide.
    if (status === 'needs_attention' && open.length === 0) return wait('watch');
    const request = await placeOf(step, await readPlan(step));
    if (!request) return wait('watch');
    const seen = await needChain(step).mint.observe(request, open);
    const look = { request, seen, open, made: rows.length };
    await settle(step, look);
    return effects[mintDecisions[status][seen.kind]](step, look);
  };
}

/**
 * Notes what is certain of an attempt: that it is what was minted, which the receipt says whether
 * or not a node answers then; that it failed; that it can land no more.
 */
async function settle(step: Step, { seen, open }: MintLook): Promise<void> {
  const ended = (attempt: MintAttempt): string | null => {
    if (seen.kind === 'minted')
      return attempt.signature === seen.transactionSignature && seen.slot !== null
        ? mintedIn(seen.slot)
        : null;
    if (seen.kind === 'failed') return attempt.signature === seen.signature ? seen.code : null;
    return seen.kind === 'absent' ? DEAD : null;
  };
  for (const attempt of open) {
    const outcome = ended(attempt);
    if (outcome !== null) await step.attempts.settle('mint', attempt.attempt, outcome);
  }
}

const effects: Readonly<
  Record<MintAction, (step: Step, look: MintLook) => Outcome | Promise<Outcome>>
> = {
  wait: () => wait('watch'),
  async resend(step, { open }) {
    const latest = open.at(-1);
    if (latest) await needChain(step).mint.send(latest);
    return wait('watch');
  },
  deliver: (_step, { seen }) =>
    seen.kind === 'minted'
      ? next({
          mintAddress: seen.mintAddress,
          // Where no node shows the transaction any more, an explorer finds it by the address.
          transactionSignature: seen.transactionSignature ?? seen.mintAddress,
          message: 'Updating your records',
        })
      : wait('watch'),
  async attempt(step, { request, made }) {
    const { mint } = needChain(step);
    const attempt = await mint.prepare(request, made + 1);
    // Another worker may have written its attempt first: then that one is sent, in the next round.
    const ours = await step.attempts.write('mint', attempt.attempt, attempt);
    if (ours) await mint.send(attempt);
    return wait('watch');
  },
  retry(_step, { seen, open }) {
    // Another attempt may still land, so nothing has failed yet.
    if (seen.kind !== 'failed' || open.some(({ signature }) => signature !== seen.signature))
      return wait('watch');
    throw mintFault(seen, 'mint_failed_on_chain');
  },
  report(_step, { seen }) {
    if (seen.kind !== 'unexpected') return wait('watch');
    throw mintFault(seen, 'mint_address_occupied');
  },
  adopt: (step) => resume(step, 'mint'),
};

/** Outcome of an attempt that can land no more, and has not. */
export const DEAD = 'dead';
/**
 * Something stands where the NFT would. After a claim that was forgotten it is the NFT itself, and
 * is adopted; an NFT that is not burned yet has been exchanged before, and keeps its owner.
 * @throws NftUpgradeError `nft_already_upgraded`, `mint_address_occupied`
 */
async function refuseTaken(step: Step, taken: readonly MintRequest[]): Promise<void> {
  if (step.loaded.process.phases.includes('burn'))
    throw new NftUpgradeError('nft_already_upgraded', {
      details: { required: 'an NFT that was not upgraded', actual: 'upgraded' },
    });
  for (const place of taken) {
    const seen = await needChain(step).mint.observe(place, []);
    if (seen.kind === 'unexpected' || seen.kind === 'failed')
      throw mintFault(seen, 'mint_address_occupied');
  }
}

const mintedIn = (slot: number): string => `minted in slot ${slot}`;

/** The slot in which the NFT was minted, where an attempt of this operation did it. */
export async function mintSlot(step: Step): Promise<number | null> {
  const rows = await step.attempts.list<MintAttempt>('mint');
  const slot = rows.flatMap(
    ({ outcome }) => /^minted in slot (\d+)$/.exec(outcome ?? '')?.[1] ?? [],
  );
  return slot[0] === undefined ? null : Number(slot[0]);
}
