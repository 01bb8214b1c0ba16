import type { SignRequest, WalletOutcome, WalletPort } from '@aiw3/nft-upgrade';

/** A wallet whose user is the test. */
export interface ManualWallet extends WalletPort {
  /** Every prompt so far, oldest first. */
  readonly prompts: readonly SignRequest[];
  /** Answers the oldest open prompt. Default: signed. */
  answer(outcome?: WalletOutcome): void;
}

const signed: WalletOutcome = { kind: 'signed', signedTransaction: 'c2lnbmVk' };

/**
 * A wallet whose user is the test: every prompt waits for `answer()`. @param account the connected
 * one, base58; null: not connected
 */
export function manualWallet(account: string | null): ManualWallet {
  const prompts: SignRequest[] = [];
  const open: ((outcome: WalletOutcome) => void)[] = [];
  return {
    prompts,
    publicKey: () => account,
    sign: (request) => {
      prompts.push(request);
      return new Promise((resolve) => open.push(resolve));
    },
    answer: (outcome = signed) => open.shift()?.(outcome),
  };
}
