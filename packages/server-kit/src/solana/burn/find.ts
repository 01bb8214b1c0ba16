import {
  burnMemoPrefix,
  effectsOf,
  formerBurnMemoPrefix,
  isBurnMemo,
} from '@aiw3/nft-upgrade/solana';
import type { BurnAttempt, FoundBurn, HeldNft } from '../../ports/chain.ts';
import { addressOf } from '../address.ts';
import { type LandedTransaction, readLanded } from '../landed.ts';
import type { Endpoint } from '../rpc/endpoint.ts';
import { behind, finalizedPoint, readAccount, readStatuses } from '../rpc/reads.ts';
import type { NftStandard } from '../standards/standard.ts';
import type { BurnContext } from './context.ts';
import { tookTheLast } from './findings.ts';
import { judge, openBench } from './judge.ts';
import { notGenuine } from './search.ts';

/**
 * Looks whether an owner has burned an NFT, and for which operation, even one that no database
 * knows: the memo says it. Every other check of a burn holds for what is returned. Asked when a
 * database was restored from before the burn, so nothing but the chain is believed, and "none" has
 * to be as certain as a burn: the NFT still exists, or what destroyed it is seen and is no burn.
 */
export const findBurn = (
  context: BurnContext,
  query: { mint: string; owner: string },
): Promise<FoundBurn | null> =>
  context.rpc.agree(
    (endpoint) => look(context, endpoint, query),
    () => true,
  );

async function look(
  context: BurnContext,
  endpoint: Endpoint,
  query: { mint: string; owner: string },
): Promise<FoundBurn | null> {
  const mint = addressOf(query.mint, 'mint');
  const owner = addressOf(query.owner, 'owner').toBase58();
  const nftOf = (standard: NftStandard): HeldNft => ({
    mint: query.mint,
    owner,
    tokenAccount: query.mint,
    tokenProgram: standard.program.toBase58(),
    standard: standard.name,
  });
  const { slot } = await finalizedPoint(endpoint);
  const account = await readAccount(endpoint, mint, 'finalized', slot);
  const young = account ? null : await readAccount(endpoint, mint, 'confirmed');
  if (young) {
    // It was made just now, so nothing that is final has burned it; something else may have.
    const standard = context.standards.of(young);
    if (await standard.holds(endpoint, nftOf(standard), 'confirmed')) return null;
    throw behind(endpoint, 'the NFT, which is not final');
  }
  const known = account ? context.standards.of(account) : undefined;
  if (known) {
    const nft = nftOf(known);
    const left = await known.remaining(endpoint, nft, slot);
    if (!left.closed && left.supply > 0n) {
      const isLeaving =
        (await known.holds(endpoint, nft, 'finalized', slot)) &&
        !(await known.holds(endpoint, nft, 'confirmed'));
      if (isLeaving) throw behind(endpoint, 'the burn, which is not final');
      return null;
    }
  }
  // The NFTs of the kit leave their mint behind, with a supply of 0. One that can be closed says by
  // the transaction which standard it was of.
  const standards = known ? [known] : context.standards.all;
  const { signatures, settle, isExhausted } = await context.history.look(
    endpoint,
    mint,
    { since: 0, purpose: `burned by ${owner}` },
    ({ memo }) => ourPrefixes.some((prefix) => memo?.includes(prefix)),
  );
  if (signatures.length === 0 && !known && isExhausted()) return null;
  let destroyed = false;
  for (const signature of signatures) {
    const landed = await readLanded(endpoint, signature).catch(notGenuine);
    // Listed and not shown: it may be shown later.
    if (!landed || landed === 'unsupported') continue;
    if (landed !== 'foreign') {
      const found = await judgeFound(endpoint, standards, landed, nftOf, query.mint);
      if (found) return found;
      if (tookTheLast(landed, query.mint)) {
        // Not settled: it is the reason also the next time.
        destroyed = true;
        continue;
      }
    }
    settle(signature);
  }
  if (destroyed) return null;
  throw behind(endpoint, 'the transaction that burned the NFT');
}

const ourPrefixes = [burnMemoPrefix, formerBurnMemoPrefix];

/**
 * The burn that a transaction is, if it is one. Without a memo only what destroyed the NFT may be.
 */
async function judgeFound(
  endpoint: Endpoint,
  standards: readonly NftStandard[],
  landed: LandedTransaction,
  nftOf: (standard: NftStandard) => HeldNft,
  mint: string,
): Promise<FoundBurn | null> {
  const memo = memoOf(landed);
  if (memo === null && !tookTheLast(landed, mint)) return null;
  const { signature } = landed;
  const [status] = await readStatuses(endpoint, [signature]);
  // It was listed, so it is known somewhere.
  if (!status) throw behind(endpoint, 'statuses');
  for (const standard of standards) {
    const attempt: BurnAttempt = {
      operationId: '',
      attempt: 1,
      nft: nftOf(standard),
      memo: memo ?? '',
      transaction: '',
      version: 'legacy',
      blockhash: '',
      lastValidBlockHeight: 0,
      minSlot: 0,
    };
    const judgement = await judge(openBench(endpoint, standard, [attempt]), signature, status);
    if (judgement.kind === 'burned') return { memo, signature, slot: judgement.slot };
    if (judgement.kind === 'burned_elsewhere')
      return { memo: null, signature, slot: judgement.slot };
    if (judgement.kind === 'pending' || judgement.kind === 'unproven')
      throw behind(endpoint, 'the burn, which is not final');
  }
  return null;
}

/**
 * The memo with which a transaction names an operation, or null. That it is the only one and signed
 * by the owner is judged later.
 */
function memoOf({ transaction, loaded }: LandedTransaction): string | null {
  const memo = effectsOf(transaction, loaded).find(
    (effect) => effect.kind === 'memo' && isBurnMemo(effect.text),
  );
  return memo?.kind === 'memo' ? memo.text : null;
}
