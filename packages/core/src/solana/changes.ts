import { decodeBase64 } from './base64.ts';
import { type DecodedTransaction, decodeTransaction } from './decode.ts';
import { type Effect, effectsOf } from './effects.ts';
import { maxTransactionBytes } from './transaction.ts';

/** One thing that a wallet changed while it signed, as plain JSON for a journal or a report. */
export type WalletChange =
  /** The transaction now dies at another block height than the server wrote down. */
  | { kind: 'blockhash'; before: string; after: string }
  | { kind: 'version'; before: string; after: string }
  /** `what` is the effect in short, such as `computeUnitPrice 50000` or `assertion`. */
  | { kind: 'added' | 'removed'; what: string };

/**
 * What differs between the transaction that the server built and the one that came back, both
 * base64. It records and does not judge: that is the guard's part. The order of instructions and
 * the signatures are left out.
 *
 * @returns null where one of them cannot be read
 */
export function walletChanges(before: string, after: string): readonly WalletChange[] | null {
  const built = read(before);
  const signed = read(after);
  if (built === null || signed === null) return null;
  const changes: WalletChange[] = [];
  if (built.blockhash !== signed.blockhash)
    changes.push({ kind: 'blockhash', before: built.blockhash, after: signed.blockhash });
  if (built.version !== signed.version)
    changes.push({ kind: 'version', before: String(built.version), after: String(signed.version) });
  const removed = effectsOf(built).map(summary);
  for (const what of effectsOf(signed).map(summary)) {
    const index = removed.indexOf(what);
    if (index >= 0) removed.splice(index, 1);
    else changes.push({ kind: 'added', what });
  }
  return [...changes, ...removed.map((what): WalletChange => ({ kind: 'removed', what }))];
}

function read(base64: string): DecodedTransaction | null {
  const bytes = decodeBase64(base64, maxTransactionBytes);
  const decoded = bytes === null ? null : decodeTransaction(bytes);
  return decoded?.ok === true ? decoded.transaction : null;
}

const summary = (effect: Effect): string =>
  Object.values(effect)
    .filter((value) => value !== null)
    .map(String)
    .join(' ');
