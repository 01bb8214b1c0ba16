import { NftUpgradeError } from '../errors/index.ts';
import { decodeBase58 } from '../solana/base58.ts';
import { canonicalJson } from './canonical-json.ts';
import { checkOnChain, type ReceiptRpc } from './chain.ts';

/** What was exchanged for what. Addresses and signatures are base58. */
export interface ReceiptClaims {
  readonly operationId: string;
  /** Name of the process: `upgrade`, `claim`, … */
  readonly process: string;
  /** Names the cluster: its genesis hash. */
  readonly cluster: string;
  /** Wallet that the exchange was for. */
  readonly owner: string;
  /** What was destroyed; null where nothing was. */
  readonly burned: {
    readonly mint: string;
    readonly signature: string;
    readonly slot: number;
  } | null;
  /** What was delivered for it; null where nothing was. `slot` is null where it is not known. */
  readonly minted: {
    readonly mint: string;
    readonly signature: string;
    readonly slot: number | null;
  } | null;
  /** CID of the metadata document of what was minted. */
  readonly cid: string | null;
}

/**
 * Claims signed by the server, as plain JSON: it may be stored, sent and shown by anybody, and
 * verified by anybody who knows the public key.
 */
export interface SignedReceipt extends ReceiptClaims {
  readonly version: 1;
  /** Follows from the operation: a second receipt of one operation is the same one. */
  readonly id: string;
  /** Public Ed25519 key of the signer. */
  readonly key: string;
  /** Ed25519 over the canonical JSON (RFC 8785) of everything else. */
  readonly signature: string;
}

/** One thing that is wrong with a receipt. `rule` is stable, for programs. */
export interface ReceiptFinding {
  readonly rule: 'malformed' | 'key' | 'signature' | 'cluster' | 'burn' | 'mint' | 'cid';
  readonly message: string;
}

/** What became of a receipt: valid, or what is wrong with it. */
export type ReceiptVerdict =
  | { readonly valid: true; readonly receipt: SignedReceipt }
  | { readonly valid: false; readonly findings: readonly ReceiptFinding[] };

/** What a receipt is judged with. */
export interface VerifyReceiptOptions {
  /**
   * Public keys of the issuer, base58: the present one, and former ones. A receipt that names
   * another key is not believed.
   */
  keys: readonly string[];
  /**
   * URL of an RPC node, or a function that calls one. With it the receipt is checked against the
   * chain as well. Default: offline.
   */
  rpc?: ReceiptRpc;
}

/** The bytes that are signed. @throws NftUpgradeError `invalid_option` for what JSON cannot hold */
export const receiptBytes = (receipt: Omit<SignedReceipt, 'signature'>): Uint8Array<ArrayBuffer> =>
  canonicalJson(receipt);

/**
 * Checks a receipt that comes from anywhere. Offline it proves who issued it and that nothing was
 * changed since; with `rpc` also that burn and mint are on the chain, final, and what they are said
 * to be. Runs in browsers, Node and workers.
 *
 * @throws NftUpgradeError `missing_capability` where WebCrypto has no Ed25519, `rpc_unavailable`
 *   when the node does not answer
 * @example
 * const rpc = 'https://api.mainnet-beta.solana.com';
 * const verdict = await verifyReceipt(snapshot.facts.receipt, { keys: ['7vJ9…'], rpc });
 */
export async function verifyReceipt(
  receipt: unknown,
  { keys, rpc }: VerifyReceiptOptions,
): Promise<ReceiptVerdict> {
  if (!isSignedReceipt(receipt))
    return invalid('malformed', 'This is not a signed receipt of version 1.');
  if (!keys.includes(receipt.key))
    return invalid(
      'key',
      `It is signed with the key ${receipt.key}, which is not one of the issuer's.`,
    );
  if (!(await isSigned(receipt)))
    return invalid(
      'signature',
      'Its signature is not valid: it was changed, or somebody else wrote it.',
    );
  const findings = rpc === undefined ? [] : await checkOnChain(receipt, rpc);
  return findings.length === 0 ? { valid: true, receipt } : { valid: false, findings };
}

const invalid = (rule: ReceiptFinding['rule'], message: string): ReceiptVerdict => ({
  valid: false,
  findings: [{ rule, message }],
});

async function isSigned({ signature, ...rest }: SignedReceipt): Promise<boolean> {
  const [publicKey, signed] = [decodeBase58(rest.key, 32), decodeBase58(signature, 64)];
  if (publicKey === null || signed === null) return false;
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = receiptBytes(rest);
  } catch {
    return false;
  }
  try {
    const key = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);
    return await crypto.subtle.verify('Ed25519', key, signed, bytes);
  } catch (cause) {
    throw new NftUpgradeError('missing_capability', {
      message: 'This runtime cannot verify Ed25519 signatures.',
      cause,
    });
  }
}

/** Only the shape: what the fields say is covered by the signature. */
function isSignedReceipt(value: unknown): value is SignedReceipt {
  if (typeof value !== 'object' || value === null) return false;
  const texts = ['operationId', 'process', 'cluster', 'owner', 'id', 'key', 'signature'];
  const get = (field: string): unknown => Reflect.get(value, field);
  const isPart = (part: unknown) =>
    part === null ||
    (typeof part === 'object' &&
      ['mint', 'signature'].every((field) => typeof Reflect.get(part, field) === 'string'));
  return (
    get('version') === 1 &&
    texts.every((field) => typeof get(field) === 'string') &&
    isPart(get('burned')) &&
    isPart(get('minted')) &&
    (get('cid') === null || typeof get('cid') === 'string')
  );
}
