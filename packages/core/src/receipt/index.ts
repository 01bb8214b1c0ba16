export { canonicalJson } from './canonical-json.ts';
export type { ReceiptRpc } from './chain.ts';
export {
  type ReceiptClaims,
  type ReceiptFinding,
  type ReceiptVerdict,
  receiptBytes,
  type SignedReceipt,
  type VerifyReceiptOptions,
  verifyReceipt,
} from './receipt.ts';
