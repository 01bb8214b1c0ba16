import { NftUpgradeError } from '../errors/index.ts';
import { decodeBase64 } from '../solana/base64.ts';
import { type DecodedTransaction, decodeTransaction, maxVersion1Bytes } from '../solana/decode.ts';
import { effectsOf } from '../solana/effects.ts';
import { isBurnMemo, namesOperation } from '../solana/memo.ts';
import { programs } from '../solana/programs.ts';
import type { ReceiptFinding, SignedReceipt } from './receipt.ts';

/** URL of an RPC node, or one call of its JSON-RPC. */
export type ReceiptRpc =
  | string
  | ((method: string, params: readonly unknown[]) => Promise<unknown>);

interface Balance {
  readonly mint: string;
  readonly owner?: string;
  readonly programId?: string;
  readonly uiTokenAmount: { readonly amount: string };
}

interface Landed {
  readonly slot: number;
  readonly transaction: DecodedTransaction;
  readonly loaded: readonly string[];
  readonly after: readonly Balance[];
}

/**
 * Everything in which the chain contradicts a receipt. @throws NftUpgradeError `rpc_unavailable`
 */
export async function checkOnChain(
  receipt: SignedReceipt,
  rpc: ReceiptRpc,
): Promise<ReceiptFinding[]> {
  const call = typeof rpc === 'string' ? callOf(rpc) : rpc;
  const genesis = await call('getGenesisHash', []);
  if (genesis !== receipt.cluster)
    return [{ rule: 'cluster', message: `The node serves the cluster ${String(genesis)}.` }];
  const [burn, mint] = await Promise.all([
    receipt.burned && landed(call, receipt.burned.signature),
    receipt.minted && landed(call, receipt.minted.signature),
  ]);
  return [...burnFindings(receipt, burn), ...mintFindings(receipt, mint)];
}

function burnFindings(
  { burned, owner, operationId }: SignedReceipt,
  landed: Landed | null,
): ReceiptFinding[] {
  if (burned === null) return [];
  const finding = (message: string): ReceiptFinding[] => [{ rule: 'burn', message }];
  if (landed === null) return finding('The burn is not on the chain, not final, or failed.');
  if (landed.slot !== burned.slot) return finding(`The burn landed in slot ${landed.slot}.`);
  const effects = effectsOf(landed.transaction, landed.loaded);
  const burns = effects.filter((effect) => effect.kind === 'burn' && effect.mint === burned.mint);
  const [only] = burns;
  if (only?.kind !== 'burn' || burns.length > 1 || only.amount !== 1n || only.authority !== owner)
    return finding('The transaction is not the burn of this NFT by its owner.');
  // A burn with another tool names no operation; one that names another operation cannot pay for
  // this one.
  const named = effects.flatMap((effect) =>
    effect.kind === 'memo' && isBurnMemo(effect.text) ? [effect.text] : [],
  );
  return named.every((text) => namesOperation(text, operationId))
    ? []
    : finding('Its memo names another operation.');
}

function mintFindings(
  { minted, owner, cid }: SignedReceipt,
  landed: Landed | null,
): ReceiptFinding[] {
  if (minted === null) return [];
  const finding = (message: string): ReceiptFinding[] => [{ rule: 'mint', message }];
  if (landed === null) return finding('The mint is not on the chain, not final, or failed.');
  if (minted.slot !== null && landed.slot !== minted.slot)
    return finding(`The mint landed in slot ${landed.slot}.`);
  const [held, ...others] = landed.after.filter(({ mint }) => mint === minted.mint);
  if (held?.owner !== owner || held.uiTokenAmount.amount !== '1' || others.length > 0)
    return finding('The transaction did not leave this NFT with its owner.');
  // SPL Token has no room for a URI: there the document is known to the issuer only.
  if (cid === null || held.programId !== programs.token2022) return [];
  const isNamed = landed.transaction.instructions.some(({ data }) =>
    new TextDecoder().decode(data).includes(`ipfs://${cid}`),
  );
  return isNamed ? [] : [{ rule: 'cid', message: 'The minted NFT names another document.' }];
}

type Call = (method: string, params: readonly unknown[]) => Promise<unknown>;

/**
 * The transaction, once it is final and succeeded; null otherwise. That the bytes are those of the
 * signature is proven by nothing but the node.
 */
async function landed(call: Call, signature: string): Promise<Landed | null> {
  const { value } = record(
    await call('getSignatureStatuses', [[signature], { searchTransactionHistory: true }]),
  );
  const status: unknown = Array.isArray(value) ? value[0] : null;
  if (status === null || record(status).confirmationStatus !== 'finalized' || record(status).err)
    return null;
  const options = {
    encoding: 'base64',
    commitment: 'finalized',
    // Whatever its version: the node has to show the bytes, and the reader decides.
    maxSupportedTransactionVersion: 127,
  };
  const answer = record(await call('getTransaction', [signature, options]));
  const wire: unknown = Array.isArray(answer.transaction) ? answer.transaction[0] : null;
  const bytes = typeof wire === 'string' ? decodeBase64(wire, maxVersion1Bytes) : null;
  const decoded = bytes && decodeTransaction(bytes, maxVersion1Bytes);
  const meta = record(answer.meta);
  if (!decoded?.ok || typeof answer.slot !== 'number' || meta.err) return null;
  const { writable = [], readonly = [] } = record(meta.loadedAddresses) as {
    writable?: string[];
    readonly?: string[];
  };
  return {
    slot: answer.slot,
    transaction: decoded.transaction,
    loaded: [...writable, ...readonly],
    after: (meta.postTokenBalances ?? []) as readonly Balance[],
  };
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

function callOf(url: string): Call {
  return async (method, params) => {
    const unavailable = () =>
      new NftUpgradeError('rpc_unavailable', {
        message: 'The RPC node did not answer as expected.',
        details: { method },
      });
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      signal: AbortSignal.timeout(15_000),
    }).catch(() => null);
    const answer: unknown = response?.ok ? await response.json().catch(() => null) : null;
    const { result } = record(answer);
    if (result === undefined) throw unavailable();
    return result;
  };
}
