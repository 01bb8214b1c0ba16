import { isNftUpgradeError, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { SolanaJSONRPCError } from '@solana/web3.js';

/**
 * Turns a failed call into `rpc_unavailable`. The cause is left out on purpose: web3.js and `fetch`
 * quote the URL in some messages, RPC URLs carry API keys, and errors are logged. What is kept is
 * the host and one word about the reason.
 */
export function rpcFailure(host: string, thrown: unknown): NftUpgradeError {
  const reason = reasonOf(thrown);
  return new NftUpgradeError('rpc_unavailable', {
    message: `The Solana RPC node ${host} does not answer as expected (${reason}).`,
    details: { host, reason },
  });
}

/**
 * A node that answers with an error of JSON-RPC. Only its number is kept: the text may hold what
 * was sent.
 */
export const rpcRefusal = (
  host: string,
  method: string,
  { code }: { code: number },
): NftUpgradeError =>
  new NftUpgradeError('rpc_unavailable', {
    message: `The Solana RPC node ${host} refuses ${method} (JSON-RPC ${code}).`,
    details: { host, reason: `JSON-RPC ${code}`, method, rpcCode: code },
  });

/** The number of the refusal, where the node has said one. */
export const rpcCodeOf = (thrown: unknown): number | undefined =>
  isNftUpgradeError(thrown) && typeof thrown.details?.rpcCode === 'number'
    ? thrown.details.rpcCode
    : undefined;

/**
 * True for errors that another node may answer better: this one is away, behind, or answered
 * something else than it was asked.
 */
export const anotherNodeMayHelp = (error: NftUpgradeError): boolean =>
  error.code === 'rpc_unavailable' || error.code === 'burn_rpc_mismatch';

// web3.js wraps transport errors as text (`failed to get balance of account …: FetchError: …
// ECONNREFUSED`), so the words are looked for in it.
const knownReasons =
  /\b(ECONN[A-Z]+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|(UND_ERR|CERT)_[A-Z_]+|[45]\d\d(?= ))\b/;

function reasonOf(thrown: unknown): string {
  if (thrown instanceof SolanaJSONRPCError) return `JSON-RPC ${String(thrown.code)}`;
  if (isNftUpgradeError(thrown)) return thrown.message;
  if (!(thrown instanceof Error)) return 'unknown';
  const cause =
    thrown.cause instanceof Error && 'code' in thrown.cause ? String(thrown.cause.code) : '';
  return knownReasons.exec(`${cause} ${thrown.message}`)?.[0] ?? thrown.name;
}
