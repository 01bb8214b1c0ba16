import { type DecodedTransaction, programs } from '@aiw3/nft-upgrade/solana';

/** Both memo programs; a node lists the memos of either. */
export const memoPrograms: ReadonlySet<string> = new Set([
  programs.memo,
  'Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo',
]);

/** Text of a memo instruction; undefined where it is no UTF-8. */
export function memoText(data: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    return undefined;
  }
}

/**
 * The memos of a transaction as `getSignaturesForAddress` shows them, `[<bytes>] <text>`, several
 * joined by `; ` (solana-transaction-status `extract_memos.rs`).
 */
export function memosOf({ instructions, keys }: DecodedTransaction): string | null {
  const memos = instructions
    .filter(({ programIndex }) => memoPrograms.has(keys[programIndex] ?? ''))
    .map(({ data }) => `[${data.length}] ${memoText(data) ?? '(unparseable)'}`);
  return memos.length > 0 ? memos.join('; ') : null;
}
