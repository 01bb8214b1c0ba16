import { encodeBase58, programs } from '@aiw3/nft-upgrade/solana';
import type { Bank } from '../bank.ts';
import type { Commitment } from '../ledger.ts';
import type { Account } from '../svm.ts';
import { mintAccount, tokenAccount } from '../token-account.ts';
import { uiTokenAmount } from './amount.ts';
import type { Config } from './params.ts';
import { Refusal } from './refusal.ts';

/** Labels of the parsed form. */
const programNames: Readonly<Record<string, string>> = {
  [programs.token]: 'spl-token',
  [programs.token2022]: 'spl-token-2022',
};
/** More as base58 is refused by real nodes: it is quadratic. */
const base58Limit = 128;

/** The parsed form of a token account or mint. Extensions of Token-2022 are not read. */
function parsed(bank: Bank, account: Account, commitment: Commitment): unknown {
  const token = tokenAccount(account);
  const mint = token ? undefined : mintAccount(account);
  const space = account.data().length;
  if (token) {
    const decimals = mintAccount(bank.account(token.mint, commitment))?.decimals ?? 0;
    const info = {
      isNative: token.nativeReserve !== null,
      mint: token.mint,
      owner: token.owner,
      state: token.frozen ? 'frozen' : 'initialized',
      tokenAmount: uiTokenAmount(token.amount, decimals),
      ...(token.delegate !== null && {
        delegate: token.delegate,
        delegatedAmount: uiTokenAmount(token.delegatedAmount, decimals),
      }),
      ...(token.closeAuthority !== null && { closeAuthority: token.closeAuthority }),
      ...(token.nativeReserve !== null && {
        rentExemptReserve: uiTokenAmount(token.nativeReserve, decimals),
      }),
    };
    return { program: programNames[token.program], parsed: { type: 'account', info }, space };
  }
  if (mint) {
    const { decimals, freezeAuthority, mintAuthority, supply } = mint;
    const info = {
      decimals,
      freezeAuthority,
      isInitialized: true,
      mintAuthority,
      supply: supply.toString(),
    };
    return { program: programNames[mint.program], parsed: { type: 'mint', info }, space };
  }
  return undefined;
}

/** An account as the API writes it, null where there is none. */
export function renderAccount(
  bank: Bank,
  account: Account | null,
  options: Config,
  commitment: Commitment,
): unknown {
  if (account === null) return null;
  const { encoding = 'base58', dataSlice } = options;
  const whole = account.data();
  const data = dataSlice
    ? whole.subarray(dataSlice.offset, dataSlice.offset + dataSlice.length)
    : whole;
  let rendered: unknown;
  if (encoding === 'jsonParsed') rendered = parsed(bank, account, commitment);
  if (encoding === 'base58') {
    if (data.length > base58Limit) {
      throw new Refusal(
        'invalidRequest',
        `Encoded binary (base 58) data should be less than ${base58Limit} bytes, please use ` +
          'Base64 encoding.',
      );
    }
    rendered = [encodeBase58(data), 'base58'];
  }
  return {
    lamports: Number(account.lamports()),
    owner: encodeBase58(account.owner()),
    executable: account.executable(),
    // What cannot be parsed comes as base64, on a real node too.
    data: rendered ?? [Buffer.from(data).toString('base64'), 'base64'],
    rentEpoch: Number(account.rentEpoch()),
    space: whole.length,
  };
}
