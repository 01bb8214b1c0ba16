import type { GuardFinding } from '@aiw3/nft-upgrade';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import {
  type DecodedTransaction,
  decodeBase64,
  decodeTransaction,
  explainFinding,
  maxTransactionBytes,
  walletChanges,
} from '@aiw3/nft-upgrade/solana';
import type { BurnAttempt, SignedBurn } from '../../ports/chain.ts';
import { everySignerSigned, signatureOf } from '../landed.ts';
import type { BurnContext } from './context.ts';

/**
 * Judges a transaction that came back from the wallet: its effects by the guard, its signatures by
 * ed25519, its life by its blockhash. Wallets may add assertions and change the fee within the
 * policy of the guard. A durable nonce is refused by the guard, which allows no System instruction:
 * such a transaction would never expire. What they changed is recorded. Another blockhash than the
 * one handed out is refused as well, because the end of its life is not written down.
 *
 * @throws NftUpgradeError `unsafe_transaction`, `wrong_account`, `modified_beyond_policy`,
 *   `signature_missing`
 */
export function acceptBurn(
  { guard }: Pick<BurnContext, 'guard'>,
  base64: string,
  attempts: readonly BurnAttempt[],
): SignedBurn {
  const [known] = attempts;
  if (!known) throw new NftUpgradeError('burn_not_expected');
  const bytes = decodeBase64(base64, maxTransactionBytes);
  const decoded = bytes && decodeTransaction(bytes);
  if (!decoded?.ok)
    throw new NftUpgradeError('unsafe_transaction', {
      message: 'The signed transaction cannot be read, so it was not sent.',
    });
  const { transaction } = decoded;
  const { operationId, memo, nft } = known;

  const verdict = guard.inspect(
    base64,
    { operationId, memo, mint: nft.mint, owner: nft.owner, tokenProgram: nft.tokenProgram },
    'after',
  );
  if (!verdict.safe) throw refusal(transaction, nft.owner, verdict.findings);

  const attempt = attempts.findLast((candidate) => candidate.blockhash === transaction.blockhash);
  if (!attempt)
    throw new NftUpgradeError('modified_beyond_policy', {
      message: 'The wallet changed the lifetime of the transaction.',
      details: {
        findings: [{ rule: 'blockhash', message: 'Its blockhash is not one that was handed out.' }],
      },
    });
  if (!everySignerSigned(transaction))
    throw new NftUpgradeError('wrong_account', {
      message: 'The signature of the transaction is not the one of the owner.',
    });
  const changes = walletChanges(attempt.transaction, base64) ?? [];
  return {
    signature: signatureOf(transaction),
    attempt: attempt.attempt,
    transaction: base64,
    changes,
  };
}

function refusal(
  { keys, requiredSignatures }: DecodedTransaction,
  owner: string,
  findings: readonly GuardFinding[],
): NftUpgradeError {
  const details = {
    findings: findings.map((finding) => ({ ...finding, message: explainFinding(finding) })),
  };
  if (!keys.slice(0, requiredSignatures).includes(owner))
    return new NftUpgradeError('wrong_account', { details });
  if (findings.every(({ rule }) => rule === 'signature_missing'))
    return new NftUpgradeError('signature_missing', { details });
  return new NftUpgradeError('modified_beyond_policy', { details });
}
