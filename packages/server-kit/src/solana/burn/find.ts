import { burnMemoPrefix, effectsOf } from '@aiw3/nft-upgrade/solana';
import { PublicKey } from '@solana/web3.js';
import type { BurnAttempt, FoundBurn } from '../../ports/chain.ts';
import { addressOf } from '../address.ts';
import { readLanded } from '../landed.ts';
import type { Endpoint } from '../rpc/endpoint.ts';
import { readAccount, readHistory, readStatuses } from '../rpc/reads.ts';
import type { BurnContext } from './context.ts';
import { judge } from './judge.ts';

/**
 * Looks whether an owner has burned an NFT for an operation, even one that no database knows: the
 * memo says which one it was. Every check of a burn holds for what is returned. Asked when a
 * database was restored from before the burn, so nothing but the chain is believed.
 */
export const findBurn = (
  context: BurnContext,
  query: { mint: string; owner: string },
): Promise<FoundBurn | null> =>
  context.rpc.agree(
    (endpoint) => look(context, endpoint, query),
    (found) => found !== null,
  );

async function look(
  context: BurnContext,
  endpoint: Endpoint,
  { mint, owner }: { mint: string; owner: string },
): Promise<FoundBurn | null> {
  const address = addressOf(mint, 'mint');
  // The NFTs of the kit leave their mint behind, with a supply of 0.
  const account = await readAccount(endpoint, address, 'finalized');
  if (!account) return null;
  const standard = context.standards.of(account);
  const nft = {
    mint,
    owner: addressOf(owner, 'owner').toBase58(),
    tokenAccount: mint,
    tokenProgram: standard.program.toBase58(),
    standard: standard.name,
  };
  if (await standard.holds(endpoint, nft, 'finalized')) return null;
  for (const { signature, err } of await readHistory(endpoint, new PublicKey(mint))) {
    if (err !== null) continue;
    const memo = await memoOf(endpoint, signature);
    const [status] = memo === null ? [] : await readStatuses(endpoint, [signature]);
    if (memo === null || !status) continue;
    const operationId = memo.slice(burnMemoPrefix.length);
    const attempt: BurnAttempt = {
      operationId,
      attempt: 1,
      nft,
      memo,
      transaction: '',
      version: 'legacy',
      blockhash: '',
      lastValidBlockHeight: 0,
      minSlot: 0,
    };
    const judgement = await judge(endpoint, standard, [attempt], signature, status);
    if (judgement.kind === 'burned') return { operationId, signature, slot: judgement.slot };
  }
  return null;
}

/**
 * The memo with which a transaction names an operation, or null. That it is the only one and signed
 * by the owner is judged later.
 */
async function memoOf(endpoint: Endpoint, signature: string): Promise<string | null> {
  const landed = await readLanded(endpoint, signature).catch(() => null);
  if (landed === null || landed === 'unsupported') return null;
  const memo = effectsOf(landed.transaction, landed.loaded).find(
    (effect) => effect.kind === 'memo' && effect.text.startsWith(burnMemoPrefix),
  );
  return memo?.kind === 'memo' ? memo.text : null;
}
