import { encodeBase58 } from '@aiw3/nft-upgrade/solana';
import type { TransactionReturnData } from 'litesvm/dist/internal.js';
import type { Landed } from '../ledger.ts';
import { keyFacts } from '../lookup.ts';
import type { AccountTokenBalance } from '../token-account.ts';
import type { TransactionError } from '../transaction-error.ts';
import { uiTokenAmount } from './amount.ts';
import { memoPrograms, memoText } from './memo.ts';
import type { Encoding } from './params.ts';

interface Instruction {
  readonly programIndex: number;
  readonly accounts: readonly number[];
  readonly data: Uint8Array;
  readonly stackHeight: number | null;
}

export const statusOf = (err: TransactionError | null): { Ok: null } | { Err: TransactionError } =>
  err === null ? { Ok: null } : { Err: err };

const rawInstruction = ({ programIndex, accounts, data, stackHeight }: Instruction): unknown => ({
  programIdIndex: programIndex,
  accounts,
  data: encodeBase58(data),
  stackHeight,
});

/**
 * Parsed: only memos are named, every other instruction comes half parsed, the form a node uses for
 * programs it does not know.
 */
function parsedInstruction(
  { keys }: Landed,
  { programIndex, accounts, data, stackHeight }: Instruction,
): unknown {
  const programId = keys[programIndex];
  const memo = memoPrograms.has(programId ?? '') ? memoText(data) : undefined;
  if (memo !== undefined) return { program: 'spl-memo', programId, parsed: memo, stackHeight };
  return {
    programId,
    accounts: accounts.map((index) => keys[index]),
    data: encodeBase58(data),
    stackHeight,
  };
}

function message(landed: Landed, isParsed: boolean): unknown {
  const { transaction, keys } = landed;
  const instructions = transaction.instructions.map((instruction) => ({
    ...instruction,
    stackHeight: isParsed ? 1 : null,
  }));
  const tables = transaction.lookupTables.map(({ account, writable, readonly }) => ({
    accountKey: account,
    writableIndexes: writable,
    readonlyIndexes: readonly,
  }));
  return {
    ...(isParsed
      ? {
          accountKeys: keys.map((pubkey, index) => ({
            pubkey,
            ...keyFacts(transaction, index, landed.loaded.writable.length),
          })),
        }
      : {
          accountKeys: transaction.keys,
          header: {
            numRequiredSignatures: transaction.requiredSignatures,
            numReadonlySignedAccounts: transaction.readonlySigned,
            numReadonlyUnsignedAccounts: transaction.readonlyUnsigned,
          },
        }),
    recentBlockhash: transaction.blockhash,
    instructions: instructions.map((instruction) =>
      isParsed ? parsedInstruction(landed, instruction) : rawInstruction(instruction),
    ),
    ...(transaction.version === 0 && { addressTableLookups: tables }),
  };
}

function innerInstructions(landed: Landed, isParsed: boolean): unknown[] {
  return landed.inner.flatMap((list, index) => {
    if (list.length === 0) return [];
    const instructions = list.map((inner) => {
      const compiled = inner.instruction();
      const instruction: Instruction = {
        programIndex: compiled.programIdIndex(),
        accounts: [...compiled.accounts()],
        data: compiled.data(),
        stackHeight: inner.stackHeight(),
      };
      return isParsed ? parsedInstruction(landed, instruction) : rawInstruction(instruction);
    });
    return [{ index, instructions }];
  });
}

const tokenBalance = ({ amount, decimals, ...balance }: AccountTokenBalance): unknown => ({
  ...balance,
  uiTokenAmount: uiTokenAmount(amount, decimals),
});

export function renderReturnData(
  returnData: TransactionReturnData | null,
): { programId: string; data: [string, 'base64'] } | null {
  const data = returnData?.data() ?? new Uint8Array(0);
  // The program is named only together with data.
  if (returnData === null || data.length === 0) return null;
  return {
    programId: encodeBase58(returnData.programId()),
    data: [Buffer.from(data).toString('base64'), 'base64'],
  };
}

const sum = (amounts: readonly bigint[]): bigint =>
  amounts.reduce((total, amount) => total + amount, 0n);

function meta(landed: Landed, isParsed: boolean): unknown {
  const {
    err,
    logs,
    preBalances,
    postBalances,
    preTokenBalances,
    postTokenBalances,
    loaded,
    unitsConsumed,
  } = landed;
  const returnData = renderReturnData(landed.returnData);
  return {
    err,
    status: statusOf(err),
    // Lamports are neither made nor lost in a transaction, except for the fee.
    fee: Number(sum(preBalances) - sum(postBalances)),
    preBalances: preBalances.map(Number),
    postBalances: postBalances.map(Number),
    innerInstructions: innerInstructions(landed, isParsed),
    logMessages: logs,
    preTokenBalances: preTokenBalances.map(tokenBalance),
    postTokenBalances: postTokenBalances.map(tokenBalance),
    rewards: [],
    computeUnitsConsumed: unitsConsumed,
    ...(returnData && { returnData }),
    ...(!isParsed && { loadedAddresses: loaded }),
  };
}

/**
 * A transaction as `getTransaction` answers it. `version` is shown only to a caller who said that
 * it knows versions.
 */
export function renderTransaction(
  landed: Landed,
  encoding: Encoding,
  knowsVersions: boolean,
): unknown {
  const { transaction, block, wire } = landed;
  const isParsed = encoding === 'jsonParsed';
  const isBytes = encoding === 'base64' || encoding === 'base58';
  return {
    slot: block.slot,
    blockTime: block.time,
    transaction: isBytes
      ? [
          encoding === 'base64' ? Buffer.from(wire).toString('base64') : encodeBase58(wire),
          encoding,
        ]
      : {
          signatures: transaction.signatures.map(encodeBase58),
          message: message(landed, isParsed),
        },
    meta: meta(landed, isParsed),
    ...(knowsVersions && { version: transaction.version }),
  };
}
