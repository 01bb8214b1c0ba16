import { type Signing, walletSigning } from '../../client/sign.ts';
import type { SignRequest } from '../../client/wallet.ts';
import { walletFailure } from '../../solana/outcome.ts';
import { samplePayloads } from '../samples.ts';

/** A wallet and a guard for tests, and what they were asked. */
export interface MockSigning {
  /** For the client: `createUpgradeClient({ …, signing: mock.signing })`. */
  readonly signing: Signing;
  /** Every prompt so far. */
  readonly prompts: readonly SignRequest[];
}

const sample = samplePayloads.awaiting_burn as { burnTransaction: { owner: string } };

/**
 * A wallet and a guard for the sample transaction of a mock server, which is no transaction at all:
 * never for production. For real bytes use {@link keypairWallet} and `solanaGuard`.
 * @param answers what the user does at each prompt, in order; afterwards `approve`
 */
export function mockSigning(...answers: readonly ('approve' | 'reject')[]): MockSigning {
  const prompts: SignRequest[] = [];
  return {
    prompts,
    signing: walletSigning({
      guard: {
        inspect: () => ({ safe: true, sentence: 'Burns the sample NFT.', maxFeeLamports: 5_000n }),
      },
      wallet: {
        publicKey: () => sample.burnTransaction.owner,
        sign: async (request) => {
          const answer = answers[prompts.length] ?? 'approve';
          prompts.push(request);
          return answer === 'reject'
            ? walletFailure('rejected', 'wallet_rejected')
            : { kind: 'signed', signedTransaction: request.transaction };
        },
      },
    }),
  };
}
