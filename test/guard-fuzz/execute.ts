import { encodeBase58 } from '../../packages/core/src/solana/base58.ts';
import { loadLiteSvm } from '../../packages/server-kit/src/testing/chain/lite/svm.ts';
import { bytesOf, pool, storedAccounts, system } from './accounts.ts';

/** What an account holds, in a form that two of them are compared by. */
export interface AccountState {
  lamports: bigint;
  program: string;
  data: string;
}
export type State = ReadonlyMap<string, AccountState>;

/**
 * A chain that is the same before every case. Signatures and blockhashes are not checked, so a
 * transaction that no key would sign runs as well: whatever the guard lets pass is tried.
 */
export async function openChain() {
  const native = await loadLiteSvm();
  const svm = new native.LiteSvm();
  svm.setSigverify(false);
  svm.setBlockhashCheck(false);
  svm.setTransactionHistory(0n);
  const programs = [system, ...new Set(storedAccounts.map(({ program }) => program))];
  const none = (): InstanceType<typeof native.Account> =>
    new native.Account(0n, new Uint8Array(0), bytesOf(system), false, 0n);
  const stored = new Map(
    storedAccounts.map(({ address, lamports, program, data }) => [
      address,
      new native.Account(BigInt(lamports), data, bytesOf(program), false, 0n),
    ]),
  );
  for (const [address, account] of stored) svm.setAccount(bytesOf(address), account);

  /**
   * Every account of the chain that belongs to one of the programs, and everything else that a
   * transaction can name.
   */
  const read = (): State => {
    const state = new Map<string, AccountState>();
    const keep = (address: string, account: InstanceType<typeof native.Account> | null) => {
      if (!account || account.lamports() === 0n || account.executable()) return;
      const data = Buffer.from(account.data()).toString('base64');
      state.set(address, {
        lamports: account.lamports(),
        program: encodeBase58(account.owner()),
        data,
      });
    };
    for (const program of programs)
      for (const entry of svm.getProgramAccounts(bytesOf(program)))
        keep(encodeBase58(entry.address), entry.account());
    for (const address of pool) keep(address, svm.getAccount(bytesOf(address)));
    return state;
  };

  const before = read();
  return {
    before,
    /** Runs it for good. @returns whether it succeeded, and the state it left */
    run(wire: Uint8Array): { succeeded: boolean; after: State } {
      const result = svm.sendVersionedTransaction(wire);
      return { succeeded: !(result instanceof native.FailedTransactionMetadata), after: read() };
    },
    /** As before the last run. */
    restore(after: State): void {
      for (const [address, account] of stored) svm.setAccount(bytesOf(address), account);
      for (const address of after.keys())
        if (!before.has(address)) svm.setAccount(bytesOf(address), none());
    },
  };
}
