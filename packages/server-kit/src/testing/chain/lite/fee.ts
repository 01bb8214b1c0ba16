import { type DecodedTransaction, programs } from '@aiw3/nft-upgrade/solana';

const lamportsPerSignature = 5_000;
const defaultUnits = 200_000;
const builtinUnits = 3_000;
const mostUnits = 1_400_000;

/**
 * Programs that are part of the validator: an instruction for one is counted with 3,000 units
 * instead of 200,000 (SIMD-0170).
 */
const builtins: ReadonlySet<string> = new Set([
  '11111111111111111111111111111111',
  programs.computeBudget,
  'Vote111111111111111111111111111111111111111',
  'BPFLoaderUpgradeab1e11111111111111111111111',
  'BPFLoader2111111111111111111111111111111111',
  'BPFLoader1111111111111111111111111111111111',
  'Ed25519SigVerify111111111111111111111111111',
  'KeccakSecp256k11111111111111111111111111111',
]);

/**
 * Lamports that a transaction will cost: 5,000 a signature, and its price for compute units times
 * the units it asks for.
 */
export function feeOf(
  message: Pick<DecodedTransaction, 'instructions' | 'keys' | 'requiredSignatures'>,
): number {
  let price = 0n;
  let limit: number | undefined;
  let units = 0;
  for (const { programIndex, data } of message.instructions) {
    const program = message.keys[programIndex] ?? '';
    units += builtins.has(program) ? builtinUnits : defaultUnits;
    if (program !== programs.computeBudget) continue;
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    if (data[0] === 2 && data.length >= 5) limit = view.getUint32(1, true);
    if (data[0] === 3 && data.length >= 9) price = view.getBigUint64(1, true);
  }
  const asked = BigInt(Math.min(limit ?? units, mostUnits));
  // In micro-lamports, rounded up.
  const priority = (price * asked + 999_999n) / 1_000_000n;
  return lamportsPerSignature * message.requiredSignatures + Number(priority);
}
