import { isNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { SignatureStatus, TransactionError } from '@solana/web3.js';
import type { MintAttempt, MintObservation, MintRequest } from '../../ports/chain.ts';
import { type LandedTransaction, readLanded } from '../landed.ts';
import type { Endpoint } from '../rpc/endpoint.ts';
import { behind, finalizedPoint, readAccount, readHistory, readStatuses } from '../rpc/reads.ts';
import { isEmptyAccount, type ResolvedMint, resolveMint } from './build.ts';
import type { MintContext } from './context.ts';

const decisive = ({ kind }: MintObservation): boolean => kind !== 'pending';

/**
 * Finds out from the chain what stands at the address of an operation's NFT. @throws
 * NftUpgradeError `rpc_unavailable`
 */
export async function observeMint(
  context: MintContext,
  request: MintRequest,
  attempts: readonly MintAttempt[],
  unknownUntil = 0,
): Promise<MintObservation> {
  const resolved = await resolveMint(context, request);
  return context.rpc.agree(
    (endpoint) => look(endpoint, resolved, request, attempts, unknownUntil),
    decisive,
  );
}

async function look(
  endpoint: Endpoint,
  resolved: ResolvedMint,
  request: MintRequest,
  attempts: readonly MintAttempt[],
  unknownUntil: number,
): Promise<MintObservation> {
  const { standard, target } = resolved;
  const settled = await finalizedPoint(endpoint);
  const statuses = await readStatuses(
    endpoint,
    attempts.map(({ signature }) => signature),
    settled.slot,
  );
  const seen = attempts.map((attempt, index) => ({ attempt, status: statuses[index] ?? null }));
  // Landed and not final: may still be dropped by a fork, then the same bytes are sent again.
  const landing = seen.find(({ status }) => status && status.confirmationStatus !== 'finalized');
  if (landing) return { kind: 'pending', signature: landing.attempt.signature };

  const account = await readAccount(endpoint, target.mint, 'finalized', settled.slot);
  if (account && !isEmptyAccount(account)) {
    if (!standard.recognises(account))
      return occupied(
        `${target.mint.toBase58()} belongs to the program ${account.owner.toBase58()}`,
      );
    const creation = await findCreation(endpoint, resolved, succeeded(seen));
    // Another worker's attempt, not final yet.
    if (creation === 'pending')
      return { kind: 'pending', signature: attempts.at(-1)?.signature ?? '' };
    const wrong = standard.checkMint(account, target, request);
    if (creation === null) {
      if (wrong.length > 0) return occupied(wrong.join('; '));
      // Only the authority can have made it, so the index of transactions is behind.
      throw behind(endpoint, 'the transaction that minted the NFT');
    }
    if (!delivers(creation, resolved)) wrong.push('it was not delivered to the recipient');
    if (wrong.length > 0)
      return {
        kind: 'unexpected',
        code: 'mint_mismatch',
        message: `The minted NFT is not what was ordered: ${wrong.join('; ')}.`,
      };
    return {
      kind: 'minted',
      mintAddress: target.mint.toBase58(),
      transactionSignature: creation.signature,
      slot: creation.slot,
    };
  }

  const failed = seen.find(({ status }) => status?.err);
  if (failed?.status?.err)
    return { kind: 'failed', signature: failed.attempt.signature, ...reasonOf(failed.status.err) };
  const alive = attempts.findLast(
    ({ lastValidBlockHeight }) => settled.blockHeight <= lastValidBlockHeight,
  );
  if (alive) return { kind: 'pending', signature: alive.signature };
  // Nothing stands there, nothing can land. One thing is left: it stood there once, and was burned
  // and closed.
  const creation = await findCreation(endpoint, resolved, succeeded(seen));
  if (creation === 'pending')
    return { kind: 'pending', signature: attempts.at(-1)?.signature ?? '' };
  // It became final while this look was under way: the account was read before.
  if (creation && creation.slot > settled.slot)
    return { kind: 'pending', signature: creation.signature };
  if (creation) return occupied(`the NFT was minted by ${creation.signature} and closed since`);
  if (settled.blockHeight <= unknownUntil) return { kind: 'pending', signature: '' };
  return { kind: 'absent' };
}

/**
 * The transaction that created the mint: the one that succeeded and that the authority signed.
 * Anybody else can only have named the address, or sent lamports to it. @returns null for none,
 * `pending` while it is not final or not shown
 */
async function findCreation(
  endpoint: Endpoint,
  { target, standard }: ResolvedMint,
  known: readonly string[],
): Promise<LandedTransaction | 'pending' | null> {
  const mint = target.mint.toBase58();
  const creates = (landed: LandedTransaction) =>
    !landed.failed &&
    landed.transaction.keys
      .slice(0, landed.transaction.requiredSignatures)
      .includes(target.authority.toBase58()) &&
    landed.after.some(
      (balance) => balance.mint === mint && balance.program === standard.program.toBase58(),
    );
  const history = await readHistory(endpoint, target.mint);
  const finalized = new Set(
    history.flatMap((entry) => (entry.confirmationStatus === 'finalized' ? [entry.signature] : [])),
  );
  const candidates = history.filter(({ err }) => err === null).map(({ signature }) => signature);
  for (const signature of new Set([...known, ...candidates.reverse()])) {
    const landed = await readLanded(endpoint, signature).catch(notGenuine);
    // It succeeded, so it may be the one. Without seeing it, neither "minted" nor "nothing there"
    // would be true.
    if (landed === null) throw behind(endpoint, `transaction ${signature}`);
    if (landed === 'unsupported' || !creates(landed)) continue;
    return known.includes(signature) || finalized.has(signature) ? landed : 'pending';
  }
  return null;
}

/**
 * A transaction that the node cannot show with valid signatures is not one that the authority
 * signed. surfpool 1.5.0 has such ones for its airdrops.
 */
function notGenuine(thrown: unknown): 'unsupported' {
  if (isNftUpgradeError(thrown) && thrown.code === 'burn_rpc_mismatch') return 'unsupported';
  throw thrown;
}

/**
 * True when the recipient held the one NFT once the creating transaction was through. What the
 * recipient does with it afterwards is their own business: an NFT that was sold before this look
 * was delivered all the same.
 */
function delivers(creation: LandedTransaction, { target, standard }: ResolvedMint): boolean {
  const account = standard.recipientAccount(target).toBase58();
  const keys = [...creation.transaction.keys, ...creation.loaded];
  const balances = creation.after.filter(({ mint }) => mint === target.mint.toBase58());
  const [only] = balances;
  return (
    balances.length === 1 &&
    only?.amount === '1' &&
    only.owner === target.recipient.toBase58() &&
    keys[only.account] === account
  );
}

const succeeded = (
  seen: readonly { attempt: MintAttempt; status: SignatureStatus | null }[],
): string[] =>
  seen.filter(({ status }) => status && !status.err).map(({ attempt }) => attempt.signature);

const occupied = (what: string): MintObservation => ({
  kind: 'unexpected',
  code: 'mint_address_occupied',
  message: `Something unexpected stands at the address of the new NFT: ${what}.`,
});

function reasonOf(err: TransactionError): { code: string; message: string } {
  const text = JSON.stringify(err);
  return /InsufficientFunds/.test(text)
    ? {
        code: 'mint_authority_unfunded',
        message: 'The mint failed: the mint authority has not enough SOL.',
      }
    : { code: 'mint_failed_on_chain', message: `The mint transaction failed on chain: ${text}.` };
}
