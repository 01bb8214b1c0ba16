import { type DecodedTransaction, encodeBase58 } from '@aiw3/nft-upgrade/solana';
import { keyBytes, type LiteSvm } from './svm.ts';

const systemProgram = '11111111111111111111111111111111';
/** `SystemInstruction::AdvanceNonceAccount`, a little-endian u32. */
const advanceNonce = 4;

/**
 * True when the transaction has the value of a durable nonce in place of a blockhash, so that its
 * age does not count: its first instruction advances the nonce account, and the account holds that
 * very value (version 0, state 4, authority 8, value 40).
 */
export function usesNonce(svm: LiteSvm, transaction: DecodedTransaction): boolean {
  const [first] = transaction.instructions;
  if (!first || transaction.keys[first.programIndex] !== systemProgram || first.data.length !== 4)
    return false;
  if (new DataView(first.data.buffer, first.data.byteOffset).getUint32(0, true) !== advanceNonce)
    return false;
  const address = transaction.keys[first.accounts[0] ?? -1];
  const account = address === undefined ? null : svm.getAccount(keyBytes(address));
  if (account === null || encodeBase58(account.owner()) !== systemProgram) return false;
  return encodeBase58(account.data().subarray(40, 72)) === transaction.blockhash;
}
