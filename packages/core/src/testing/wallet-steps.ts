import { NftUpgradeError } from '../errors/index.ts';
import type { DecodedTransaction } from '../solana/decode.ts';
import { programs } from '../solana/programs.ts';
import { type MessageParts, withProgram } from './encode.ts';

/**
 * What a scripted wallet does with one prompt.
 *
 * As wallets should:
 * - `sign` signs and hands the bytes back
 * - `submit` signs, broadcasts by itself and hands the signature back
 * - `reject` reports that the user declined, and did nothing
 * - `guarded` adds Lighthouse assertions in front and behind, as Phantom and Solflare do, then
 *   signs
 * - `changed_fee` sets another priority fee within the policy, then signs
 *
 * As they should not:
 * - `reject_but_signed` signs and broadcasts, and reports that the user declined
 * - `ghost_reject` reports that the user declined while its prompt is still open; `approve()` signs
 *   and broadcasts there
 * - `hang` does not answer while its prompt is open; `approve()` answers, also after the page was
 *   reloaded
 * - `hang_but_signed` signs and broadcasts, and never answers
 * - `switch_account` is switched to another account while it is asked, which signs
 * - `wrong_account` puts the signature of another account where the owner's belongs
 * - `tamper` doubles the burned amount, then signs
 * - `excessive_fee` sets a priority fee beyond every policy, then signs
 */
export type WalletStep =
  | 'sign'
  | 'submit'
  | 'reject'
  | 'guarded'
  | 'changed_fee'
  | 'reject_but_signed'
  | 'ghost_reject'
  | 'hang'
  | 'hang_but_signed'
  | 'switch_account'
  | 'wrong_account'
  | 'tamper'
  | 'excessive_fee';

/** How the steps that rewrite a transaction do it. */
export const rewrites: Readonly<
  Partial<Record<WalletStep, (transaction: DecodedTransaction) => MessageParts>>
> = {
  guarded: (transaction) =>
    withProgram(transaction, programs.lighthouse, { first: [assertion(5)], last: [assertion(9)] }),
  changed_fee: (transaction) => repriced(transaction, 50_000),
  excessive_fee: (transaction) => repriced(transaction, 0xffff_ffff),
  tamper: doubleTheBurn,
};

/** AssertAccountInfo (5) or AssertTokenAccount (9) about the fee payer. */
const assertion = (tag: number) => ({ accounts: [0], data: Uint8Array.from([tag, 0, 1, 2, 3]) });

function repriced(transaction: DecodedTransaction, microLamports: number): MessageParts {
  const budget = transaction.keys.indexOf(programs.computeBudget);
  const data = new Uint8Array(9);
  data[0] = 3;
  new DataView(data.buffer).setUint32(1, microLamports, true);
  const instructions = transaction.instructions.filter(
    (it) => it.programIndex !== budget || it.data[0] !== 3,
  );
  return withProgram({ ...transaction, instructions }, programs.computeBudget, {
    first: [{ accounts: [], data }],
  });
}

function doubleTheBurn(transaction: DecodedTransaction): MessageParts {
  let burns = 0;
  const instructions = transaction.instructions.map((instruction) => {
    const { data } = instruction;
    if (!(data[0] === 8 && data.length === 9) && !(data[0] === 15 && data.length === 10))
      return instruction;
    burns++;
    return { ...instruction, data: data.with(1, 2) };
  });
  if (burns === 0)
    throw new NftUpgradeError('invalid_option', {
      message: 'keypairWallet: there is no burn to tamper with.',
    });
  return { ...transaction, instructions };
}
