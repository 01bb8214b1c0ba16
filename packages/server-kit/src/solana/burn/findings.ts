import type { ErrorCode } from '@aiw3/nft-upgrade/protocol';
import { type Effect, effectsOf, isBurnMemo } from '@aiw3/nft-upgrade/solana';
import type { LandedTransaction, TokenBalance } from '../landed.ts';
import type { RemainingMint } from '../standards/standard.ts';

/**
 * The burn that was asked for, as it was written down before the prompt. Nothing in it comes from a
 * client.
 */
export interface ExpectedBurn {
  mint: string;
  owner: string;
  tokenProgram: string;
  /** Whole text of the memo. */
  memo: string;
  /** A burn in an earlier slot is not this one. */
  minSlot: number;
}

/** One thing that speaks against a burn. */
export interface BurnFinding {
  code: ErrorCode;
  message: string;
  /**
   * `bytes`: follows from what was signed, so it holds on every fork. `chain`: follows from what
   * came of it, so it is certain only at `finalized`.
   */
  from: 'bytes' | 'chain';
  /**
   * True for a memo that is missing or not bound to the owner, and does not name another operation.
   */
  unbound?: boolean;
}

/**
 * The checks of a burn by one of the token programs. The order is the order in which reasons are
 * told: what the transaction became, who signed it, what it burns, for which operation, and what
 * was left. Logs and parsed forms are not looked at: their wording differs from node to node, and
 * the Batch instruction (tag 255) of the token programs leaves neither inner instructions nor logs
 * behind. What is not known here is no burn.
 */
export function tokenBurnFindings(
  landed: LandedTransaction,
  expected: ExpectedBurn,
  remaining: RemainingMint,
): BurnFinding[] {
  const effects = effectsOf(landed.transaction, landed.loaded);
  const burns = effects.filter((effect) => effect.kind === 'burn');
  const burn = burns.find(({ mint }) => mint === expected.mint);
  return [
    ...outcomeFindings(landed, expected),
    ...signerFindings(landed, expected),
    ...burnFindings(burns, expected),
    ...memoFindings(effects, expected),
    ...balanceFindings(landed, burn?.account, expected),
    ...mintFindings(remaining, expected),
  ];
}

function outcomeFindings(
  { failed, slot }: LandedTransaction,
  { minSlot }: ExpectedBurn,
): BurnFinding[] {
  if (failed) return [chain('burn_transaction_failed', 'The transaction failed on chain.')];
  if (slot < minSlot)
    return [
      chain(
        'burn_too_old',
        `It landed in slot ${slot}, before slot ${minSlot} in which the operation began.`,
      ),
    ];
  return [];
}

function signerFindings(
  { transaction: { keys, requiredSignatures } }: LandedTransaction,
  { owner }: ExpectedBurn,
): BurnFinding[] {
  // Somebody else's burn: by a later holder, by a delegate, by the permanent delegate of a
  // Token-2022 mint.
  return keys.slice(0, requiredSignatures).includes(owner)
    ? []
    : [bytes('burn_owner_did_not_sign', 'The owner of the NFT did not sign it.')];
}

type Burn = Extract<Effect, { kind: 'burn' }>;

function burnFindings(burns: readonly Burn[], expected: ExpectedBurn): BurnFinding[] {
  const ours = burns.filter(({ mint }) => mint === expected.mint);
  const [burn] = ours;
  if (!burn) return [bytes('burn_missing', 'None of its own instructions burns this NFT.')];
  if (ours.length > 1) return [bytes('burn_wrong_amount', 'It burns this NFT more than once.')];
  if (burn.program !== expected.tokenProgram)
    return [bytes('burn_wrong_program', `It burns through ${burn.program}.`)];
  // Burning nothing is a valid transaction.
  if (burn.amount !== 1n)
    return [bytes('burn_wrong_amount', `It burns an amount of ${burn.amount} instead of 1.`)];
  // The owner may have signed only the memo, while a delegate burns.
  if (burn.authority !== expected.owner)
    return [
      bytes('burn_authority_not_owner', 'It burns in the name of somebody else than the owner.'),
    ];
  return [];
}

function memoFindings(effects: readonly Effect[], { memo, owner }: ExpectedBurn): BurnFinding[] {
  const ours = effects.flatMap((effect) =>
    effect.kind === 'memo' && isBurnMemo(effect.text) ? [effect] : [],
  );
  // Two operations in one transaction would have one burn pay for both.
  if (ours.some(({ text }) => text !== memo))
    return [bytes('burn_memo_mismatch', 'Its memo names another operation.')];
  if (ours.length > 1)
    return [bytes('burn_memo_mismatch', 'It names the operation more than once.')];
  const [only] = ours;
  if (!only)
    return [{ ...bytes('burn_memo_mismatch', 'No memo names the operation.'), unbound: true }];
  // Memo v2 demands the signature of every account it is given; without the owner among them it is
  // a text that anybody may have added.
  if (!only.signers.includes(owner))
    return [
      { ...bytes('burn_memo_mismatch', 'Its memo is not signed by the owner.'), unbound: true },
    ];
  return [];
}

function balanceFindings(
  landed: LandedTransaction,
  account: string | undefined,
  expected: ExpectedBurn,
): BurnFinding[] {
  const index = [...landed.transaction.keys, ...landed.loaded].indexOf(account ?? '');
  const held = landed.before.find(
    (balance) => balance.mint === expected.mint && balance.account === index,
  );
  const wasHeld =
    held?.owner === expected.owner &&
    held.program === expected.tokenProgram &&
    held.amount === '1' &&
    held.decimals === 0;
  const { before, after } = supplyOf(landed, expected.mint);
  if (!wasHeld || before !== 1n)
    return [chain('burn_balance_mismatch', 'The owner did not hold exactly one before it.')];
  // Burned and minted again within the same transaction.
  if (after !== 0n) return [chain('burn_balance_mismatch', 'After it, the NFT still exists.')];
  return [];
}

function mintFindings(remaining: RemainingMint, { tokenProgram }: ExpectedBurn): BurnFinding[] {
  // A closed mint has no supply. Its address counts as burned for ever in the journal, so
  // making it again gains nothing.
  if (remaining.closed) return [];
  if (remaining.program !== tokenProgram)
    return [chain('burn_wrong_program', 'The mint belongs to another program.')];
  if (remaining.mintAuthority !== null)
    return [chain('burn_mint_authority_alive', 'Its mint authority could mint the NFT again.')];
  if (remaining.supply !== 0n)
    return [chain('burn_balance_mismatch', 'The mint still has a supply.')];
  return [];
}

/** How many of a mint the accounts of a transaction held before and after it. */
function supplyOf(
  { before, after, lamportsAfter }: LandedTransaction,
  mint: string,
): { before: bigint; after: bigint } {
  const sum = (balances: readonly TokenBalance[]) =>
    balances.reduce(
      (total, balance) => (balance.mint === mint ? total + BigInt(balance.amount) : total),
      0n,
    );
  // An account without lamports is gone, whatever is listed for it: surfpool 1.5.0 still shows the
  // amount that the account had when it was closed.
  return {
    before: sum(before),
    after: sum(after.filter(({ account }) => lamportsAfter[account] !== 0)),
  };
}

/**
 * True when the NFT existed before the transaction and not after it, in whatever way that came
 * about.
 */
export function tookTheLast(landed: LandedTransaction, mint: string): boolean {
  const { before, after } = supplyOf(landed, mint);
  return !landed.failed && before > 0n && after === 0n;
}

const bytes = (code: ErrorCode, message: string): BurnFinding => ({ code, message, from: 'bytes' });
const chain = (code: ErrorCode, message: string): BurnFinding => ({ code, message, from: 'chain' });
