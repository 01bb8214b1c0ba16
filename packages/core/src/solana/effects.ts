import type { Budget, CompiledInstruction, DecodedTransaction } from './decode.ts';
import { programs } from './programs.ts';

/** What one instruction does. What is not known for certain is `unknown`. Addresses are base58. */
export type Effect =
  | {
      kind: 'burn';
      program: string;
      account: string;
      mint: string;
      authority: string;
      amount: bigint;
      /** Decimals that the chain compares with the mint; null for the plain Burn, which has none. */
      decimals: number | null;
    }
  | { kind: 'closeAccount'; program: string; account: string; destination: string; authority: string }
  | { kind: 'memo'; text: string; signers: readonly string[] }
  | { kind: 'computeUnitLimit'; units: number }
  | { kind: 'computeUnitPrice'; microLamports: bigint }
  | { kind: 'accountsDataSizeLimit'; bytes: number }
  /** Of a version 1 message, which names the whole fee instead of a price for a unit. */
  | { kind: 'priorityFee'; lamports: bigint }
  /** A Lighthouse instruction that can only make the transaction fail. */
  | { kind: 'assertion' }
  | { kind: 'unknown'; program: string; what: string };

/** Names for what would hurt most, so that a refusal says more than a number. Anything else is refused as well. */
const tokenInstructions: Readonly<Record<number, string>> = {
  3: 'Transfer',
  4: 'Approve',
  6: 'SetAuthority',
  7: 'MintTo',
  12: 'TransferChecked',
  13: 'ApproveChecked',
  255: 'Batch',
};

/**
 * Reads every instruction of a transaction. `loaded` are the keys out of its lookup tables in the order of the chain (every writable, then every
 * readonly), where they are known: `meta.loadedAddresses` of a landed transaction. An instruction that uses an unresolved key is `unknown`.
 */
export function effectsOf(transaction: DecodedTransaction, loaded: readonly string[] = []): Effect[] {
  const { keys, instructions, budget } = transaction;
  const known = [...keys, ...loaded];
  const effects = instructions.map((instruction) => effectOf(instruction, known, budget !== undefined));
  return budget ? [...effects, ...budgetEffects(budget)] : effects;
}

function effectOf({ programIndex, accounts: indexes, data }: CompiledInstruction, keys: readonly string[], hasBudget: boolean): Effect {
  const program = keys[programIndex] ?? '';
  const unknown = (what: string): Effect => ({ kind: 'unknown', program, what });
  const accounts = indexes.map((index) => keys[index] ?? '');
  if (accounts.includes('')) return unknown('uses an account of a lookup table');
  switch (program) {
    case programs.token:
    case programs.token2022:
      return tokenEffect(program, accounts, data);
    case programs.memo: {
      const text = decodeText(data);
      return text === null ? unknown('is a memo that is not text') : { kind: 'memo', text, signers: accounts };
    }
    case programs.computeBudget:
      // In a version 1 message it means nothing to the chain, so whatever it says would be a lie.
      return (accounts.length === 0 && !hasBudget && budgetEffect(data)) || unknown(`is tag ${data[0]} of the compute budget`);
    case programs.lighthouse:
      return isAssertion(data) ? { kind: 'assertion' } : unknown(`is tag ${data[0]} of Lighthouse`);
    default:
      return unknown('calls a program that is not allowed');
  }
}

/**
 * Burn, BurnChecked and CloseAccount in exactly the form the chain documents (spl-token `TokenInstruction`). More accounts would be the signers of
 * a multisig, more bytes mean something that is not known here.
 */
function tokenEffect(program: string, accounts: readonly string[], data: Uint8Array): Effect {
  const tag = data[0];
  const [account, second, authority] = accounts;
  if (account !== undefined && second !== undefined && authority !== undefined && accounts.length === 3) {
    if ((tag === 8 && data.length === 9) || (tag === 15 && data.length === 10))
      return {
        kind: 'burn',
        program,
        account,
        mint: second,
        authority,
        amount: view(data).getBigUint64(1, true),
        decimals: data[9] ?? null,
      };
    if (tag === 9 && data.length === 1) return { kind: 'closeAccount', program, account, destination: second, authority };
  }
  return { kind: 'unknown', program, what: `is ${tokenInstructions[tag ?? -1] ?? `tag ${tag}`} of the token program` };
}

/** Tags 0 and 1 (a deprecated request and the heap size) are left out: no wallet needs them for a burn. */
function budgetEffect(data: Uint8Array): Effect | undefined {
  if (data[0] === 2 && data.length === 5) return { kind: 'computeUnitLimit', units: view(data).getUint32(1, true) };
  if (data[0] === 3 && data.length === 9) return { kind: 'computeUnitPrice', microLamports: view(data).getBigUint64(1, true) };
  if (data[0] === 4 && data.length === 5) return { kind: 'accountsDataSizeLimit', bytes: view(data).getUint32(1, true) };
  return undefined;
}

function budgetEffects({ priorityFeeLamports, computeUnits, dataBytes, heapBytes }: Budget): Effect[] {
  return [
    { kind: 'priorityFee', lamports: priorityFeeLamports },
    ...(computeUnits === undefined ? [] : [{ kind: 'computeUnitLimit' as const, units: computeUnits }]),
    ...(dataBytes === undefined ? [] : [{ kind: 'accountsDataSizeLimit' as const, bytes: dataBytes }]),
    ...(heapBytes === undefined ? [] : [{ kind: 'unknown' as const, program: programs.computeBudget, what: 'asks for a heap' }]),
  ];
}

/**
 * Tags 2 to 15 of Lighthouse only compare. 0 and 1 write and close an account that the user pays for; 16 and above call other programs
 * (https://github.com/Jac0xb/lighthouse, `LighthouseInstruction`).
 */
const isAssertion = ([tag]: Uint8Array): boolean => tag !== undefined && tag >= 2 && tag <= 15;

const view = (data: Uint8Array): DataView => new DataView(data.buffer, data.byteOffset, data.byteLength);

/** ignoreBOM keeps a leading EF BB BF in the text. Without it a memo with that mark would equal ours here and differ on the chain. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeText(data: Uint8Array): string | null {
  try {
    return utf8.decode(data);
  } catch {
    return null;
  }
}
