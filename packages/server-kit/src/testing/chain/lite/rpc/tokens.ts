import { programs } from '@aiw3/nft-upgrade/solana';
import * as z from 'zod/mini';
import { mintAccount, tokenAccount } from '../token-account.ts';
import { accountsOf } from './accounts.ts';
import { uiTokenAmount } from './amount.ts';
import { commitmentOf, contextSlot, inContext, type Method } from './method.ts';
import { address, config } from './params.ts';
import { Refusal } from './refusal.ts';
import { renderAccount } from './render-account.ts';

const filterSchema = z.union([z.object({ mint: z.string() }), z.object({ programId: z.string() })]);

/** Methods that know the token programs. */
export const tokens: Readonly<Record<string, Method>> = {
  getTokenAccountsByOwner(bank, [key, filter, options]) {
    const parsed = config(options);
    const commitment = commitmentOf(parsed);
    const slot = contextSlot(bank, parsed);
    const owner = address(key);
    const wanted = filterSchema.safeParse(filter);
    if (!wanted.success)
      throw new Refusal('invalidParams', 'Invalid params: a mint or a programId is expected');
    const mint = 'mint' in wanted.data ? address(wanted.data.mint) : undefined;
    const program = 'programId' in wanted.data ? address(wanted.data.programId) : undefined;
    const mintOwner =
      mint === undefined ? undefined : mintAccount(bank.account(mint, commitment))?.program;
    if (mint !== undefined && mintOwner === undefined)
      throw new Refusal('invalidParams', 'Invalid param: could not find mint');
    const searched = program ?? mintOwner ?? programs.token;
    if (searched !== programs.token && searched !== programs.token2022)
      throw new Refusal('invalidParams', 'Invalid param: unrecognized Token program id');
    const found = accountsOf(bank, searched, commitment).flatMap(({ pubkey, account }) => {
      const token = tokenAccount(account);
      if (
        token?.owner !== owner ||
        token.program !== searched ||
        (mint !== undefined && token.mint !== mint)
      )
        return [];
      return [{ pubkey, account: renderAccount(bank, account, parsed, commitment) }];
    });
    return inContext(slot, found);
  },
  getTokenAccountBalance(bank, [key, options]) {
    const parsed = config(options);
    const commitment = commitmentOf(parsed);
    const token = tokenAccount(bank.account(address(key), commitment));
    if (!token) throw new Refusal('invalidParams', 'Invalid param: could not find account');
    const mint = mintAccount(bank.account(token.mint, commitment));
    return inContext(contextSlot(bank, parsed), {
      ...uiTokenAmount(token.amount, mint?.decimals ?? 0),
      uiAmount: Number(token.amount) / 10 ** (mint?.decimals ?? 0),
    });
  },
  getTokenSupply(bank, [key, options]) {
    const parsed = config(options);
    const mint = mintAccount(bank.account(address(key), commitmentOf(parsed)));
    if (!mint) throw new Refusal('invalidParams', 'Invalid param: could not find account');
    return inContext(contextSlot(bank, parsed), {
      ...uiTokenAmount(mint.supply, mint.decimals),
      uiAmount: Number(mint.supply) / 10 ** mint.decimals,
    });
  },
  getTokenLargestAccounts(bank, [key, options]) {
    const parsed = config(options);
    const commitment = commitmentOf(parsed);
    const mintAddress = address(key);
    const mint = mintAccount(bank.account(mintAddress, commitment));
    if (!mint) throw new Refusal('invalidParams', 'Invalid param: could not find mint');
    const holders = accountsOf(bank, mint.program, commitment)
      .flatMap(({ pubkey, account }) => {
        const token = tokenAccount(account);
        return token?.mint === mintAddress ? [{ pubkey, amount: token.amount }] : [];
      })
      .sort((a, b) => (a.amount < b.amount ? 1 : -1))
      .slice(0, 20);
    return inContext(
      contextSlot(bank, parsed),
      holders.map(({ pubkey, amount }) => ({
        address: pubkey,
        ...uiTokenAmount(amount, mint.decimals),
      })),
    );
  },
};
