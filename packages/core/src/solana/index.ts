export { decodeBase58, encodeBase58 } from './base58.ts';
export { decodeBase64, encodeBase64 } from './base64.ts';
export { type WalletChange, walletChanges } from './changes.ts';
export {
  type Budget,
  type DecodedTransaction,
  type DecodeResult,
  decodeTransaction,
  type LookupTable,
  maxVersion1Bytes,
  readAnyVersion,
} from './decode.ts';
export { type Effect, effectsOf } from './effects.ts';
export { explainFinding } from './explain.ts';
export { solanaGuard } from './guard.ts';
export {
  type BurnPurpose,
  burnMemo,
  burnMemoPrefix,
  formerBurnMemo,
  formerBurnMemoPrefix,
  isBurnMemo,
  type NamedBurn,
  namesOperation,
  operationOfMemo,
  readBurnMemo,
} from './memo.ts';
export { type WalletFailure, walletFailure, walletOutcome } from './outcome.ts';
export type { SolanaGuardOptions } from './policy.ts';
export { programs } from './programs.ts';
export { firstSignature, verifyOwnerSignature } from './signature.ts';
export {
  type CompiledInstruction,
  maxTransactionBytes,
  type Transaction,
} from './transaction.ts';
