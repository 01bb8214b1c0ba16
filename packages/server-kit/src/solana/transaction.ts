import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { maxTransactionBytes } from '@aiw3/nft-upgrade/solana';
import {
  ComputeBudgetProgram,
  PublicKey,
  type TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import { ask, malformed } from './rpc/ask.ts';
import type { Endpoint } from './rpc/endpoint.ts';
import { rpcRefusal } from './rpc/failure.ts';
import { type RpcAnswer, type RpcParameters, rpcAnswers } from './rpc/methods.ts';

/** Most compute units of one transaction; what a simulation runs with. */
const simulationUnits = 600_000;

export interface Draft {
  payer: PublicKey;
  /** Default: none, for a simulation. */
  blockhash?: string;
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
  blockhash = PublicKey.default.toBase58(),
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

/** What comes of a transaction that is tried and not sent. */
export type Simulation = RpcAnswer<'simulateTransaction'>['value'];

/**
 * Tries a transaction on the newest state, with whatever blockhash the node has: the real one is
 * read afterwards, so that none of its life is spent here.
 */
export async function simulate(
  endpoint: Endpoint,
  transaction: VersionedTransaction,
  commitment: 'processed' | 'confirmed' | 'finalized',
): Promise<Simulation> {
  const { value } = await ask(endpoint, 'simulateTransaction', [
    toBase64(transaction),
    { encoding: 'base64', sigVerify: false, replaceRecentBlockhash: true, commitment },
  ]);
  return value;
}

/** Compute units to ask for: what the trial used and `room`. One node cannot make it too few. */
export const unitsFor = (
  { err, unitsConsumed }: Simulation,
  { factor, room, least }: { factor: number; room: number; least: number },
): number =>
  err !== null || !unitsConsumed
    ? 2 * least
    : Math.min(simulationUnits, Math.max(least, Math.ceil(unitsConsumed * factor) + room));

/**
 * What a failed simulation says, for people who look into it: the error and the last lines of the
 * log.
 */
export const simulationFailed = ({ err, logs }: Simulation): NftUpgradeError =>
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
export async function submit(endpoint: Endpoint, transaction: Uint8Array): Promise<void> {
  const answer = await endpoint.request('sendTransaction', [
    Buffer.from(transaction).toString('base64'),
    { encoding: 'base64', skipPreflight: true, maxRetries: 0 },
  ] satisfies RpcParameters['sendTransaction']);
  if ('error' in answer) {
    if (nothingToSend.test(answer.error.message)) return;
    throw rpcRefusal(endpoint.host, 'sendTransaction', answer.error);
  }
  if (!rpcAnswers.sendTransaction.safeParse(answer.result).success)
    throw malformed(endpoint, 'sendTransaction');
}
