import {
  type Keypair,
  type TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';

/** The same transaction with one more instruction in front, signed again. */
export function withFirst(
  base64: string,
  owner: Keypair,
  instruction: TransactionInstruction,
): string {
  const { message } = VersionedTransaction.deserialize(Buffer.from(base64, 'base64'));
  const given = TransactionMessage.decompile(message);
  const others = given.instructions.filter(
    ({ programId, data }) =>
      !programId.equals(instruction.programId) || data[0] !== instruction.data[0],
  );
  const transaction = new VersionedTransaction(
    new TransactionMessage({
      payerKey: given.payerKey,
      recentBlockhash: given.recentBlockhash,
      instructions: [instruction, ...others],
    }).compileToLegacyMessage(),
  );
  transaction.sign([owner]);
  return Buffer.from(transaction.serialize()).toString('base64');
}
