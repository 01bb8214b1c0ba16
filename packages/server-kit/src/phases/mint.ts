import { toNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { MintAttempt } from '../ports/chain.ts';
import { append, next, type PhaseDriver, type Step, wait } from './driver.ts';
import { mintFault } from './mint-fault.ts';
import { placeOf } from './place.ts';
import { makePlan, mintRequest, needChain, readPlan } from './plan.ts';
import { recoveryDriver } from './recovery.ts';

const enter: PhaseDriver['enter'] = async () =>
  append('minting_new_nft', { message: 'Minting new NFT to your wallet' });
const recovery = recoveryDriver({ failed: 'mint_failed', step: 'mint' }, enter);

/**
 * Mints at an address that follows from the operation. Every signed transaction is written down
 * before it is sent, and what already stands at the address is adopted, so that any number of
 * crashes and workers leads to one NFT.
 */
export const mintDriver: PhaseDriver = {
  enter,
  watched: ['minting_new_nft'],
  async preflight(step) {
    const { mint } = needChain(step);
    const plan = await makePlan(step);
    // After a burn nothing irreversible is left to protect, and the NFT may stand there already:
    // then it is adopted.
    if (plan.mintFor === undefined) await mint.preflight(mintRequest(step, plan));
    return null;
  },
  on: {
    ...recovery.on,
    async minting_new_nft(step) {
      const { mint } = needChain(step);
      const request = await placeOf(step, await readPlan(step));
      if (!request) return wait('watch');
      const rows = await step.attempts.list<MintAttempt>('mint');
      const open = rows.filter((row) => row.outcome === null).map((row) => row.data);
      const seen = await mint.observe(request, open);
      switch (seen.kind) {
        case 'minted': {
          const landed = open.find((attempt) => attempt.signature === seen.transactionSignature);
          // For the receipt, which must not depend on whether a node answers when it is made.
          if (landed && seen.slot !== null)
            await step.attempts.settle('mint', landed.attempt, mintedIn(seen.slot));
          return next({
            mintAddress: seen.mintAddress,
            // Where no node shows the transaction any more, an explorer finds it by the address.
            transactionSignature: seen.transactionSignature ?? seen.mintAddress,
            message: 'Updating your records',
          });
        }
        case 'pending': {
          const latest = open.at(-1);
          if (latest) await mint.send(latest);
          return wait('watch');
        }
        case 'failed': {
          const failed = open.find((attempt) => attempt.signature === seen.signature);
          if (failed) await step.attempts.settle('mint', failed.attempt, seen.code);
          throw mintFault(seen, 'mint_failed_on_chain');
        }
        case 'unexpected':
          throw mintFault(seen, 'mint_address_occupied');
        case 'absent': {
          const attempt = await mint.prepare(request, rows.length + 1);
          // Another worker may have written its attempt first: then that one is sent, in the next
          // round.
          const ours = await step.attempts.write('mint', attempt.attempt, attempt);
          if (ours) await mint.send(attempt);
          return wait('watch');
        }
      }
    },
  },
  failed: (step, error) => recovery.failed(step, toNftUpgradeError(error, 'mint_failed_on_chain')),
};

const mintedIn = (slot: number): string => `minted in slot ${slot}`;

/** The slot in which the NFT was minted, where an attempt of this operation did it. */
export async function mintSlot(step: Step): Promise<number | null> {
  const rows = await step.attempts.list<MintAttempt>('mint');
  const slot = rows.flatMap(
    ({ outcome }) => /^minted in slot (\d+)$/.exec(outcome ?? '')?.[1] ?? [],
  );
  return slot[0] === undefined ? null : Number(slot[0]);
}
