import type { Budget, DecodedTransaction } from './decode.ts';
import { kindOf, numberIn } from './instructions.ts';
import { nameOf } from './names.ts';
import { programs } from './programs.ts';
import type { CompiledInstruction } from './transaction.ts';

/** What one instruction does. What is not known for certain is `unknown`. Addresses are base58. */
export type Effect =
  | {
      kind: 'burn';
      program: string;
      account: string;
      mint: string;
      authority: string;
      amount: bigint;
      /**
       * Decimals that the chain compares with the mint; null for the plain Burn, which has none.
       */
      decimals: number | null;
    }
  | {
      kind: 'closeAccount';
      program: string;
      account: string;
      destination: string;
      authority: string;
    }
  | { kind: 'memo'; text: string; signers: readonly string[] }
  | { kind: 'computeUnitLimit'; units: number }
  | { kind: 'computeUnitPrice'; microLamports: bigint }
  | { kind: 'accountsDataSizeLimit'; bytes: number }
  /** Of a version 1 message, which names the whole fee instead of a price for a unit. */
  | { kind: 'priorityFee'; lamports: bigint }
  /** A Lighthouse instruction that can only make the transaction fail. */
  | { kind: 'assertion' }
  | { kind: 'unknown'; program: string; what: string };

/**
 * Reads every instruction of a transaction. `loaded` are the keys out of its lookup tables in the
 * order of the chain (every writable, then every readonly), where they are known:
 * `meta.loadedAddresses` of a landed transaction. An instruction that uses an unresolved key is
 * `unknown`.
 */
export function effectsOf(
  transaction: DecodedTransaction,
  loaded: readonly string[] = [],
): Effect[] {
  const { keys, instructions, budget } = transaction;
  const known = [...keys, ...loaded];
  const effects = instructions.map((instruction) =>
    effectOf(instruction, known, budget !== undefined),
  );
  return budget ? [...effects, ...budgetEffects(budget)] : effects;
}

function effectOf(
  { programIndex, accounts: indexes, data }: CompiledInstruction,
  keys: readonly string[],
  hasBudget: boolean,
): Effect {
  const program = keys[programIndex] ?? '';
  const unknown = (what: string): Effect => ({ kind: 'unknown', program, what });
  const accounts = indexes.map((index) => keys[index] ?? '');
  if (accounts.includes('')) return unknown('uses an account of a lookup table');
  // In a version 1 message it means nothing to the chain, so whatever it says would be a lie.
  if (hasBudget && program === programs.computeBudget) return unknown(nameOf(program, data[0]));
  const [account = '', second = '', authority = ''] = accounts;
  switch (kindOf(program, data, accounts.length)) {
    case 'burn':
      return {
        kind: 'burn',
        program,
        account,
        mint: second,
        authority,
        amount: u64(data),
        decimals: data[9] ?? null,
      };
    case 'close':
      return { kind: 'closeAccount', program, account, destination: second, authority };
    case 'memo': {
      const text = decodeText(data);
      return text === null
        ? unknown(nameOf(program, data[0]))
        : { kind: 'memo', text, signers: accounts };
    }
    case 'limit':
      return { kind: 'computeUnitLimit', units: numberIn(data) };
    case 'price':
      return { kind: 'computeUnitPrice', microLamports: u64(data) };
    case 'size':
      return { kind: 'accountsDataSizeLimit', bytes: numberIn(data) };
    case 'assertion':
      return { kind: 'assertion' };
    default:
      return unknown(nameOf(program, data[0]));
  }
}

function budgetEffects({
  priorityFeeLamports,
  computeUnits,
  dataBytes,
  heapBytes,
}: Budget): Effect[] {
  return [
    { kind: 'priorityFee', lamports: priorityFeeLamports },
    ...(computeUnits === undefined
      ? []
      : [{ kind: 'computeUnitLimit' as const, units: computeUnits }]),
    ...(dataBytes === undefined
      ? []
      : [{ kind: 'accountsDataSizeLimit' as const, bytes: dataBytes }]),
    ...(heapBytes === undefined
      ? []
      : [{ kind: 'unknown' as const, program: programs.computeBudget, what: 'asks for a heap' }]),
  ];
}

const u64 = (data: Uint8Array): bigint =>
  new DataView(data.buffer, data.byteOffset, data.byteLength).getBigUint64(1, true);

/**
 * ignoreBOM keeps a leading EF BB BF in the text. Without it a memo with that mark would equal ours
 * here and differ on the chain.
 */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeText(data: Uint8Array): string | null {
  try {
    return utf8.decode(data);
  } catch {
    return null;
  }
}
