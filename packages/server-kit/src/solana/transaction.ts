import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { maxTransactionBytes } from '@aiw3/nft-upgrade/solana';
import {
  ComputeBudgetProgram,
  type PublicKey,
  type SimulatedTransactionResponse,
  type TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import type { Endpoint } from './rpc/endpoint.ts';

/** A recent blockhash with the end of its life and the slot it was read in. */
export interface RecentBlockhash {
  blockhash: string;
  lastValidBlockHeight: number;
  slot: number;
}

export async function recentBlockhash(
  endpoint: Endpoint,
  commitment: 'processed' | 'confirmed' | 'finalized',
): Promise<RecentBlockhash> {
  const { context, value } = await endpoint.call((connection) =>
    connection.getLatestBlockhashAndContext(commitment),
  );
  return { ...value, slot: context.slot };
}

/** Most compute units of one transaction; what a simulation runs with. */
const simulationUnits = 600_000;

export interface Draft {
  payer: PublicKey;
  blockhash: string;
  instructions: readonly TransactionInstruction[];
  version: 'legacy' | 0;
  /** Compute units to ask for. Default: plenty, for a simulation. */
  units?: number;
  /** Micro-lamports a unit. Default 0. */
  unitPrice?: number;
}

/** @throws NftUpgradeError `invalid_request` for more than fits into one transaction */
export function compile({
  payer,
  blockhash,
  instructions,
  version,
  units = simulationUnits,
  unitPrice = 0,
}: Draft): VersionedTransaction {
  const message = new TransactionMessage({
    payerKey: payer,
    recentBlockhash: blockhash,
    instructions: [
      ComputeBudgetProgram.setComputeUnitLimit({ units }),
      ...(unitPrice > 0
        ? [ComputeBudgetProgram.setComputeUnitPrice({ microLamports: unitPrice })]
        : []),
      ...instructions,
    ],
  });
  try {
    const transaction = new VersionedTransaction(
      version === 0 ? message.compileToV0Message() : message.compileToLegacyMessage(),
    );
    if (transaction.serialize().length <= maxTransactionBytes) return transaction;
  } catch (thrown) {
    // web3.js serialises into a buffer of one packet and runs over its end.
    if (!(thrown instanceof RangeError)) throw thrown;
  }
  throw new NftUpgradeError('invalid_request', {
    message: `The transaction does not fit into ${maxTransactionBytes} bytes.`,
    hint: 'Shorten name, symbol and attributes; long texts belong into the metadata document.',
  });
}

export const toBase64 = (transaction: VersionedTransaction): string =>
  Buffer.from(transaction.serialize()).toString('base64');

export const simulate = async (
  endpoint: Endpoint,
  transaction: VersionedTransaction,
  commitment: 'processed' | 'confirmed' | 'finalized',
): Promise<SimulatedTransactionResponse> =>
  (
    await endpoint.call((connection) =>
      connection.simulateTransaction(transaction, { sigVerify: false, commitment }),
    )
  ).value;

/**
 * What a failed simulation says, for people who look into it: the error and the last lines of the
 * log.
 */
export const simulationFailed = ({ err, logs }: SimulatedTransactionResponse): NftUpgradeError =>
  new NftUpgradeError('simulation_failed', {
    message: `The transaction would fail on chain: ${JSON.stringify(err)}.`,
    details: { error: err, logs: (logs ?? []).slice(-6) },
  });

// What nodes answer for a transaction that they have seen, and for one whose time is over. Both
// mean: nothing to send.
const nothingToSend =
  /already (been )?processed|AlreadyProcessed|Blockhash not found|BlockhashNotFound/;

/**
 * Hands signed bytes to one node. Without the preflight of the node: a transaction that would fail
 * now may be the second copy of one that landed, and what became of it is read from the chain.
 * Without retries of the node: they would go on for as long as the node likes.
 * @throws NftUpgradeError `rpc_unavailable`
 */
export const submit = (endpoint: Endpoint, transaction: Uint8Array): Promise<void> =>
  endpoint.call(async (connection) => {
    try {
      await connection.sendRawTransaction(transaction, { skipPreflight: true, maxRetries: 0 });
    } catch (thrown) {
      if (!(thrown instanceof Error && nothingToSend.test(thrown.message))) throw thrown;
    }
  });
