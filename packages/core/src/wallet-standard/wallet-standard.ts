import type { WalletOutcome, WalletPort } from '../client/wallet.ts';
import { encodeBase58 } from '../solana/base58.ts';
import { walletFailure } from '../solana/outcome.ts';
import { checkOptions, invalidOption, type PromptOptions } from '../wallet/options.ts';
import { answeredWith, signedBy, walletPort } from '../wallet/port.ts';
import {
  type SendFeature,
  type SignFeature,
  type StandardAccount,
  type StandardWallet,
  sendFeature,
  signFeature,
} from './features.ts';

/** Options of `walletStandard`. */
export interface WalletStandardOptions extends PromptOptions {
  /**
   * The cluster of the server, as the Wallet Standard names it. Default `solana:mainnet`. An
   * account that does not list it is never prompted.
   */
  chain?: `solana:${string}`;
  /**
   * The account that is meant, asked again for every prompt. Default: the first that the wallet
   * shares.
   */
  account?: () => StandardAccount | null;
}

/**
 * Makes the client's wallet port from a Wallet Standard wallet: `solana:signTransaction` where
 * there is one, else `solana:signAndSendTransaction`. Needs no package, and no web3.js: the bytes
 * go to the wallet as the guard has read them. Outcomes and late answers are those of
 * `walletAdapter`.
 *
 * @example
 * const phantom = getWallets().get().find(({ name }) => name === 'Phantom');
 * const wallet = walletStandard(phantom, { chain: 'solana:devnet' });
 * @throws NftUpgradeError `invalid_option`
 */
export function walletStandard(
  wallet: StandardWallet,
  options: WalletStandardOptions = {},
): WalletPort {
  const { prefer, timeoutMs } = checkOptions(options, 'walletStandard');
  const { chain = 'solana:mainnet', account = () => wallet.accounts[0] ?? null } = options;
  if (!/^solana:\w/.test(chain))
    throw invalidOption('walletStandard', 'chain', "like 'solana:devnet'");

  const ways = (
    selected: StandardAccount,
  ): { sign: SignFeature | null; send: SendFeature | null } => {
    const [sign, send] = [signFeature(wallet, selected), sendFeature(wallet, selected)];
    return prefer === 'sign'
      ? { sign, send: sign ? null : send }
      : { sign: send ? null : sign, send };
  };

  return walletPort(
    {
      get name() {
        return wallet.name;
      },
      account: () => account()?.address ?? null,
      supports(version) {
        const selected = account();
        const { sign, send } = selected ? ways(selected) : { sign: null, send: null };
        // Without any feature the answer is not about the version.
        return (sign ?? send)?.supportedTransactionVersions.includes(version) ?? true;
      },
      prompt(transaction, { owner }) {
        const selected = account();
        if (selected?.address !== owner) return walletFailure('not_prompted', 'wrong_account');
        if (!selected.chains.includes(chain))
          return walletFailure('not_prompted', 'wallet_unsupported', {
            message:
              `${wallet.name} offers this account for ` +
              `${selected.chains.join(', ') || 'no chain'}, not for ${chain}.`,
            hint: 'Switch the network in the wallet.',
          });
        const { sign, send } = ways(selected);
        const input = {
          account: selected,
          transaction,
          chain,
          options: { preflightCommitment: 'confirmed' },
        } as const;
        if (sign) return async () => signOnly(await sign.signTransaction(input), owner);
        if (send) return async () => submitted(await send.signAndSendTransaction(input));
        return walletFailure('not_prompted', 'wallet_unsupported', {
          message: `${wallet.name} cannot sign Solana transactions.`,
        });
      },
    },
    timeoutMs,
  );
}

function signOnly(
  [answer]: Awaited<ReturnType<SignFeature['signTransaction']>>,
  owner: string,
): Promise<WalletOutcome> | WalletOutcome {
  // `isView` and not `instanceof`: the bytes may come out of another window. A copy, because what
  // is judged must not change afterwards.
  const signed = answer?.signedTransaction;
  return ArrayBuffer.isView(signed)
    ? signedBy(Uint8Array.from(signed), owner)
    : answeredWith('nothing');
}

function submitted([answer]: Awaited<
  ReturnType<SendFeature['signAndSendTransaction']>
>): WalletOutcome {
  const signature = answer?.signature;
  return ArrayBuffer.isView(signature) && signature.length === 64
    ? { kind: 'submitted', signature: encodeBase58(signature) }
    : answeredWith('something that is not a signature');
}
