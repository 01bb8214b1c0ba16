import type { AccountInfo } from '@solana/web3.js';
import type { MintAttempt, MintObservation, MintRequest } from '../../ports/chain.ts';
import { type LandedTransaction, readLanded } from '../landed.ts';
import type { Endpoint } from '../rpc/endpoint.ts';
import { rpcCodeOf } from '../rpc/failure.ts';
import {
  behind,
  commitmentOf,
  finalizedHeight,
  finalizedPoint,
  readAccount,
  readStatuses,
} from '../rpc/reads.ts';
import { isEmptyAccount, type ResolvedMint, resolveMint } from './build.ts';
import type { MintContext } from './context.ts';
import { findCreation, type KnownAttempt, ownCreation } from './creation.ts';

const decisive = ({ kind }: MintObservation): boolean => kind !== 'pending';

/** What stands at the address is the verdict; which transaction each node still shows is not. */
const essence = (seen: MintObservation): unknown =>
  seen.kind === 'minted' ? [seen.kind, seen.mintAddress] : seen;

/**
 * Finds out from the chain what stands at the address of an operation's NFT. The account decides,
 * and the attempts that were written down; the history of the address, which anybody can fill, is a
 * hint for what they do not tell. @throws NftUpgradeError `rpc_unavailable`
 */
export async function observeMint(
  context: MintContext,
  request: MintRequest,
  attempts: readonly MintAttempt[],
  unknownUntil = 0,
): Promise<MintObservation> {
  const resolved = await resolveMint(context, request);
  return context.rpc.agree(
    (endpoint) => look(context, endpoint, resolved, request, attempts, unknownUntil),
    decisive,
    essence,
  );
}

async function look(
  context: MintContext,
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
  const landing = seen.find(({ status }) => status && commitmentOf(status) !== 'finalized');
  if (landing) return { kind: 'pending', signature: landing.attempt.signature };

  const account = await readAccount(endpoint, target.mint, 'finalized', settled.slot);
  if (account && !isEmptyAccount(account)) {
    if (!standard.recognises(account))
      return occupied(
        `${target.mint.toBase58()} belongs to the program ${account.owner.toBase58()}`,
      );
    return standing(context, endpoint, resolved, request, seen, account);
  }

  // By another worker, and not final yet.
  const coming = await readAccount(endpoint, target.mint, 'confirmed');
  if (coming && !isEmptyAccount(coming)) return { kind: 'pending', signature: '' };
  // The account contradicts: nothing is said until it does not.
  const succeeded = seen.find(({ status }) => status && !status.err);
  if (succeeded) {
    if (standard.permanent) throw behind(endpoint, 'the account of the new NFT');
    return occupied(`the NFT was minted by ${succeeded.attempt.signature} and closed since`);
  }
  const heights = [settled.blockHeight];
  const isPast = (height: number) => heights.every((finalized) => finalized > height);
  // An attempt that failed cannot land again. That it failed is read from the transaction, because
  // nothing else is signed.
  const failures = await Promise.all(
    seen.map(async ({ attempt, status }) => {
      if (!status?.err) return null;
      const landed = await readLanded(endpoint, attempt.signature);
      return landed && landed !== 'unsupported' && landed.failed
        ? { signature: attempt.signature, err: status.err }
        : null;
    }),
  );
  const open = attempts.filter((_, index) => !failures[index]);
  const bounds = [...open.map(({ lastValidBlockHeight }) => lastValidBlockHeight), unknownUntil];
  // Asked in a second way before anything is called dead.
  if (bounds.some((bound) => bound > 0) && bounds.every(isPast))
    heights.push(await finalizedHeight(endpoint));
  const alive = open.findLast(({ lastValidBlockHeight }) => !isPast(lastValidBlockHeight));
  if (alive) return { kind: 'pending', signature: alive.signature };
  const failed = failures.find((failure) => failure !== null);
  if (failed) return { kind: 'failed', signature: failed.signature, ...reasonOf(failed.err) };

  if (!standard.permanent) {
    // It may have stood there once, and was burned and closed.
    const creation = await findCreation(context, endpoint, resolved);
    // It became final while this look was under way: the account was read before.
    if (creation === 'pending' || (creation && creation.slot > settled.slot))
      return {
        kind: 'pending',
        signature: creation === 'pending' ? (attempts.at(-1)?.signature ?? '') : creation.signature,
      };
    if (creation) return occupied(`the NFT was minted by ${creation.signature} and closed since`);
  }
  return unknownUntil > 0 && !isPast(unknownUntil)
    ? { kind: 'pending', signature: '' }
    : { kind: 'absent' };
}

/** A mint of the right program stands at the address. Only the authority can have made it. */
async function standing(
  context: MintContext,
  endpoint: Endpoint,
  resolved: ResolvedMint,
  request: MintRequest,
  seen: readonly KnownAttempt[],
  account: AccountInfo<Buffer>,
): Promise<MintObservation> {
  const { standard, target } = resolved;
  const wrong = standard.checkMint(account, target, request);
  const landed = seen.find(({ status }) => status && !status.err);
  const creation =
    (await ownCreation(endpoint, resolved, seen)) ??
    (landed ? null : await findCreation(context, endpoint, resolved).catch(withoutHistory));
  // Another worker's attempt, not final yet.
  if (creation === 'pending')
    return { kind: 'pending', signature: seen.at(-1)?.attempt.signature ?? '' };
  if (creation && !delivers(creation, resolved))
    wrong.push('it was not delivered to the recipient');
  if (wrong.length > 0)
    return creation
      ? {
          kind: 'unexpected',
          code: 'mint_mismatch',
          message: `The minted NFT is not what was ordered: ${wrong.join('; ')}.`,
        }
      : occupied(wrong.join('; '));
  // Without the transaction the account is the proof: one transaction made it and delivered it.
  return {
    kind: 'minted',
    mintAddress: target.mint.toBase58(),
    transactionSignature: creation?.signature ?? landed?.attempt.signature ?? null,
    slot: creation?.slot ?? landed?.status?.slot ?? null,
  };
}

/** A node that keeps no history has no hint; one that is away is asked again. */
function withoutHistory(thrown: unknown): null {
  if (rpcCodeOf(thrown) === undefined) throw thrown;
  return null;
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

const occupied = (what: string): MintObservation => ({
  kind: 'unexpected',
  code: 'mint_address_occupied',
  message: `Something unexpected stands at the address of the new NFT: ${what}.`,
});

function reasonOf(err: unknown): { code: string; message: string } {
  const text = JSON.stringify(err);
  return /InsufficientFunds/.test(text)
    ? {
        code: 'mint_authority_unfunded',
        message: 'The mint failed: the mint authority has not enough SOL.',
      }
    : { code: 'mint_failed_on_chain', message: `The mint transaction failed on chain: ${text}.` };
}
