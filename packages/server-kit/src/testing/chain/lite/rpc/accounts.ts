import type { Bank } from '../bank.ts';
import type { Commitment } from '../ledger.ts';
import { type Account, keyBytes } from '../svm.ts';
import { commitmentOf, contextSlot, inContext, type Method } from './method.ts';
import { address, type Config, config, decodeAnyBase58, list } from './params.ts';
import { Refusal } from './refusal.ts';
import { renderAccount } from './render-account.ts';

/** An account and where it is. */
export interface Found {
  readonly pubkey: string;
  readonly account: Account;
}

/** Every account that the program owns at the commitment. */
export function accountsOf(bank: Bank, program: string, commitment: Commitment): Found[] {
  return bank.addressesOf(program).flatMap((pubkey) => {
    const account = bank.account(pubkey, commitment);
    return account === null ? [] : [{ pubkey, account }];
  });
}

function matches(account: Account, filters: NonNullable<Config['filters']>): boolean {
  const data = account.data();
  return filters.every((filter) => {
    if ('dataSize' in filter) return data.length === filter.dataSize;
    const { offset, bytes, encoding = 'base58' } = filter.memcmp;
    const wanted = encoding === 'base64' ? Buffer.from(bytes, 'base64') : decodeAnyBase58(bytes);
    if (wanted === null) throw new Refusal('invalidParams', 'Invalid param: Invalid');
    return Buffer.compare(data.subarray(offset, offset + wanted.length), wanted) === 0;
  });
}

/** Methods that read accounts. */
export const accounts: Readonly<Record<string, Method>> = {
  getBalance(bank, [key, options]) {
    const parsed = config(options);
    return inContext(
      contextSlot(bank, parsed),
      Number(bank.account(address(key), commitmentOf(parsed))?.lamports() ?? 0n),
    );
  },
  getAccountInfo(bank, [key, options]) {
    const parsed = config(options);
    const commitment = commitmentOf(parsed);
    return inContext(
      contextSlot(bank, parsed),
      renderAccount(bank, bank.account(address(key), commitment), parsed, commitment),
    );
  },
  getMultipleAccounts(bank, [keys, options]) {
    const parsed = config(options);
    const commitment = commitmentOf(parsed);
    const all = list(keys, address, 100).map((key) =>
      renderAccount(
        bank,
        bank.account(key, commitment),
        { encoding: 'base64', ...parsed },
        commitment,
      ),
    );
    return inContext(contextSlot(bank, parsed), all);
  },
  getProgramAccounts(bank, [program, options]) {
    const parsed = config(options);
    const commitment = commitmentOf(parsed);
    const slot = contextSlot(bank, parsed);
    const owner = address(program);
    const found = accountsOf(bank, owner, commitment)
      .filter(
        ({ account }) =>
          Buffer.compare(account.owner(), keyBytes(owner)) === 0 &&
          matches(account, parsed.filters ?? []),
      )
      .map(({ pubkey, account }) => ({
        pubkey,
        account: renderAccount(bank, account, parsed, commitment),
      }));
    return parsed.withContext ? inContext(slot, found) : found;
  },
};
