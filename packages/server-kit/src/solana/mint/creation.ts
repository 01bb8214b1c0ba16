import type { MintAttempt } from '../../ports/chain.ts';
import { notGenuine } from '../burn/search.ts';
import { type LandedTransaction, readLanded } from '../landed.ts';
import type { Endpoint } from '../rpc/endpoint.ts';
import type { SignatureStatus } from '../rpc/methods.ts';
import { behind, commitmentOf, readStatuses } from '../rpc/reads.ts';
import type { ResolvedMint } from './build.ts';
import type { MintContext } from './context.ts';

/** An attempt that was written down, and what the node knows of it. */
export interface KnownAttempt {
  attempt: MintAttempt;
  status: SignatureStatus | null;
}

/**
 * The transaction that created the mint: it succeeded, and the authority signed it. Anybody else
 * can only have named the address, or sent lamports to it.
 */
const creates = (
  landed: LandedTransaction,
  { target, standard }: Pick<ResolvedMint, 'target' | 'standard'>,
): boolean =>
  !landed.failed &&
  landed.transaction.keys
    .slice(0, landed.transaction.requiredSignatures)
    .includes(target.authority.toBase58()) &&
  landed.after.some(
    (balance) =>
      balance.mint === target.mint.toBase58() && balance.program === standard.program.toBase58(),
  );

/** The attempt of our own that did it, where the node shows it. */
export async function ownCreation(
  endpoint: Endpoint,
  resolved: ResolvedMint,
  seen: readonly KnownAttempt[],
): Promise<LandedTransaction | null> {
  for (const { attempt, status } of seen) {
    if (!status || status.err) continue;
    const landed = await readLanded(endpoint, attempt.signature);
    if (!landed || landed === 'unsupported' || !creates(landed, resolved)) continue;
    if (landed.slot !== status.slot) throw behind(endpoint, 'slot of a transaction');
    return landed;
  }
  return null;
}

/**
 * Looks for it in the history of the address: a hint, as far as one look goes. @returns null where
 * it was not seen, `pending` while it is not final
 */
export async function findCreation(
  { history }: MintContext,
  endpoint: Endpoint,
  resolved: ResolvedMint,
): Promise<LandedTransaction | 'pending' | null> {
  const { signatures, settle } = await history.look(
    endpoint,
    resolved.target.mint,
    { since: 0, purpose: 'minted' },
    () => false,
  );
  for (const signature of signatures) {
    const landed = await readLanded(endpoint, signature).catch(notGenuine);
    // Listed and not shown: it may be shown later.
    if (!landed || landed === 'unsupported') continue;
    if (landed !== 'foreign' && creates(landed, resolved)) {
      const [status] = await readStatuses(endpoint, [signature]);
      return status && commitmentOf(status) === 'finalized' ? landed : 'pending';
    }
    settle(signature);
  }
  return null;
}
