import { type DecodedTransaction, decodeTransaction, encodeBase58 } from '@aiw3/nft-upgrade/solana';
import type { TransactionReturnData } from 'litesvm/dist/internal.js';
import type { Block, Landed } from './ledger.ts';
import { resolveKeys } from './lookup.ts';
import type { SentTransaction } from './mempool.ts';
import { type Account, keyBytes, type LiteSvm, type Native } from './svm.ts';
import { type AccountTokenBalance, mintAccount, tokenAccount } from './token-account.ts';
import { neverLands, type TransactionError, transactionError } from './transaction-error.ts';

/** The runtime with its classes. */
export interface Runtime {
  readonly native: Native;
  readonly svm: LiteSvm;
}

interface AccountState {
  readonly account: Account | null;
  readonly lamports: bigint;
}

function read(
  { svm }: Runtime,
  keys: readonly string[],
  writable: ReadonlySet<string>,
): Map<string, AccountState> {
  const state = new Map<string, AccountState>();
  for (const address of keys) {
    const bytes = keyBytes(address);
    // Only what may change is copied: a program is some hundred kilobytes.
    const account = writable.has(address) ? svm.getAccount(bytes) : null;
    state.set(address, { account, lamports: account?.lamports() ?? svm.getBalance(bytes) ?? 0n });
  }
  return state;
}

/**
 * The balances of every token account among the accounts. One that does not exist any more is not
 * listed, as on a real node.
 */
function tokenBalances(
  runtime: Runtime,
  keys: readonly string[],
  state: ReadonlyMap<string, AccountState>,
  other: ReadonlyMap<string, AccountState>,
): AccountTokenBalance[] {
  const balances: AccountTokenBalance[] = [];
  for (const [accountIndex, address] of keys.entries()) {
    const token = tokenAccount(state.get(address)?.account ?? null);
    if (!token) continue;
    // The mint may be made or closed by the same transaction, or be no account of it that is
    // written to.
    const mint =
      mintAccount(state.get(token.mint)?.account ?? null) ??
      mintAccount(other.get(token.mint)?.account ?? null) ??
      mintAccount(runtime.svm.getAccount(keyBytes(token.mint)));
    const { mint: mintAddress, owner, program: programId, amount } = token;
    balances.push({
      accountIndex,
      mint: mintAddress,
      owner,
      programId,
      amount,
      decimals: mint?.decimals ?? 0,
    });
  }
  return balances;
}

/** Runs a transaction for good. Resolves with null when it does not get into the block. */
export function execute(
  runtime: Runtime,
  { signature, transaction, wire }: SentTransaction,
  block: Block,
): Landed | null {
  const { keys, writable, loaded } = resolveKeys(runtime.svm, transaction);
  const before = read(runtime, keys, writable);
  const result = runtime.svm.sendVersionedTransaction(wire);
  const failed = result instanceof runtime.native.FailedTransactionMetadata;
  const err = failed ? transactionError(runtime.native, result) : null;
  if (err !== null && neverLands(err)) return null;
  const meta = failed ? result.meta() : result;
  const after = read(runtime, keys, writable);
  return {
    signature,
    block,
    transaction,
    wire,
    keys,
    loaded,
    err,
    logs: meta.logs(),
    inner: meta.innerInstructions(),
    returnData: meta.returnData(),
    unitsConsumed: Number(meta.computeUnitsConsumed()),
    preBalances: keys.map((key) => before.get(key)?.lamports ?? 0n),
    postBalances: keys.map((key) => after.get(key)?.lamports ?? 0n),
    preTokenBalances: tokenBalances(runtime, keys, before, after),
    postTokenBalances: tokenBalances(runtime, keys, after, before),
    before: new Map(
      [...before].filter(([key]) => writable.has(key)).map(([key, { account }]) => [key, account]),
    ),
  };
}

/** What a transaction would do. */
export interface Simulated {
  readonly err: TransactionError | null;
  readonly logs: readonly string[];
  readonly unitsConsumed: number;
  readonly returnData: TransactionReturnData | null;
  /** The accounts it would leave behind, by address; none where it fails. */
  readonly accounts: ReadonlyMap<string, Account>;
}

/** A transaction that is refused before it runs. */
export const notRun = (err: TransactionError): Simulated => ({
  err,
  logs: [],
  unitsConsumed: 0,
  returnData: null,
  accounts: new Map(),
});

/** Runs a transaction and changes nothing. */
export function simulate(
  { native, svm }: Runtime,
  wire: Uint8Array,
  verifySignatures: boolean,
): Simulated {
  svm.setSigverify(verifySignatures);
  try {
    const result = svm.simulateVersionedTransaction(wire);
    const failed = result instanceof native.FailedTransactionMetadata;
    const meta = result.meta();
    return {
      err: failed ? transactionError(native, result) : null,
      logs: meta.logs(),
      unitsConsumed: Number(meta.computeUnitsConsumed()),
      returnData: meta.returnData(),
      accounts: new Map(
        failed
          ? []
          : result.postAccounts().map((entry) => [encodeBase58(entry.address), entry.account()]),
      ),
    };
  } finally {
    svm.setSigverify(true);
  }
}

/**
 * Reads the bytes of a transaction, or says why a node would refuse them. LiteSVM must never see
 * bytes it cannot read: it aborts the process.
 */
export function readTransaction(wire: Uint8Array): DecodedTransaction | string {
  const decoded = decodeTransaction(wire);
  return decoded.ok ? decoded.transaction : decoded.reason;
}
