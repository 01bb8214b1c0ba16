import { generateKeyPairSync, sign } from 'node:crypto';
import { decodeBase58, decodeTransaction, encodeBase58 } from '@aiw3/nft-upgrade/solana';
import type { Bank } from './bank.ts';
import type { SentTransaction } from './mempool.ts';
import { Refusal } from './rpc/refusal.ts';
import { keyBytes } from './svm.ts';

const systemProgram = new Uint8Array(32);
/** `SystemInstruction::Transfer`. */
const transfer = 2;

/**
 * A transfer to `recipient` from an account that exists for it alone. A faucet with one account
 * would make the same transaction, and with it the same signature, for two equal requests in one
 * slot: the second would vanish.
 */
export function airdropTransaction(
  bank: Bank,
  recipient: string,
  lamports: number,
): SentTransaction {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const payer = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  bank.fund(encodeBase58(payer), BigInt(lamports) + 1_000_000_000n);
  const data = new DataView(new ArrayBuffer(12));
  data.setUint32(0, transfer, true);
  data.setBigUint64(4, BigInt(lamports), true);
  const blockhash = decodeBase58(bank.ledger.head.blockhash, 32) ?? new Uint8Array(32);
  // Legacy message: one signer, one readonly account (the program), three keys, one instruction
  // with two accounts.
  const message = Buffer.concat([
    Buffer.from([1, 0, 1, 3]),
    payer,
    keyBytes(recipient),
    systemProgram,
    blockhash,
    Buffer.from([1, 2, 2, 0, 1, data.byteLength]),
    new Uint8Array(data.buffer),
  ]);
  const wire = new Uint8Array(
    Buffer.concat([Buffer.from([1]), sign(null, message, privateKey), message]),
  );
  const decoded = decodeTransaction(wire);
  if (!decoded.ok) throw new Refusal('internalError', decoded.reason);
  return { wire, transaction: decoded.transaction, signature: encodeBase58(wire.subarray(1, 65)) };
}
