/**
 * Error codes of the Solana JSON-RPC API (solana-rpc-client-api `custom_error.rs`), and those of
 * JSON-RPC 2.0 itself.
 */
export const rpcCodes = {
  parseError: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internalError: -32_603,
  preflightFailure: -32_002,
  signatureVerificationFailure: -32_003,
  unsupportedTransactionVersion: -32_015,
  minContextSlotNotReached: -32_016,
} as const;

/** An error answer of the API. It never leaves this chain: the server writes it as JSON. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: number;
  readonly data: unknown;

  constructor(code: keyof typeof rpcCodes, message: string, data?: unknown) {
    super(message);
    this.code = rpcCodes[code];
    this.data = data;
  }
}
