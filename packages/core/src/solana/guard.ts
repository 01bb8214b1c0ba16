import type { BurnExpectation, Guard, GuardFinding, GuardVerdict } from '../client/guard.ts';
import { decodeBase64 } from './base64.ts';
import { decodeTransaction, maxTransactionBytes } from './decode.ts';
import { effectsOf } from './effects.ts';
import { feeBound } from './fee.ts';
import { type GuardPolicy, guardPolicy, isAddress, type SolanaGuardOptions } from './policy.ts';
import { findingsOf } from './rules.ts';
import { sentenceOf } from './sentence.ts';

/**
 * The guard for Solana. It knows what a burn consists of and refuses everything else, so a trick nobody has thought of yet is refused too.
 *
 * `before` the prompt: one Burn or BurnChecked of this NFT, amount 1, by its owner; one memo that names the operation, signed by the owner; at
 * most one CloseAccount of the very account burned from, its rent to the owner or the fee payer; a compute budget within the policy.
 * `after` it: the same, the owner's signature, and the Lighthouse assertions that wallets add.
 *
 * It judges meaning, never positions or bytes. Which cluster a blockhash belongs to is not written in a transaction: the server checks that.
 *
 * @throws NftUpgradeError `invalid_option`, here and never in `inspect`
 */
export function solanaGuard(options: SolanaGuardOptions = {}): Guard {
  const policy = guardPolicy(options);
  return {
    inspect(transaction, expected, stage) {
      try {
        return inspect(transaction, expected, stage, policy);
      } catch {
        // Reachable only by a caller without types, for instance with `expected` undefined. Open is the one thing a guard must never fail.
        return refused({ rule: 'unreadable', message: 'The transaction could not be judged.' });
      }
    },
  };
}

function inspect(base64: string, expected: BurnExpectation, stage: 'before' | 'after', policy: GuardPolicy): GuardVerdict {
  const { mint, owner, operationId } = expected;
  if (!isAddress(mint) || !isAddress(owner) || mint === owner || !operationId)
    return refused({ rule: 'expectation', message: 'The expected burn has no valid mint, owner or operation.' });
  const bytes = decodeBase64(base64, maxTransactionBytes);
  if (bytes === null) return refused({ rule: 'unreadable', message: 'The transaction is not base64, or it is too large.' });
  const decoded = decodeTransaction(bytes);
  if (!decoded.ok) return refused({ rule: 'unreadable', message: `The transaction cannot be read: ${decoded.reason}.` });
  const effects = effectsOf(decoded.transaction);
  const findings = findingsOf(decoded.transaction, effects, expected, policy, stage);
  if (findings.length > 0) return refused(...findings);
  const { baseLamports, priorityLamports } = feeBound(effects, decoded.transaction.requiredSignatures);
  const maxFeeLamports = baseLamports + priorityLamports;
  return { safe: true, sentence: sentenceOf(effects, expected, policy, maxFeeLamports), maxFeeLamports };
}

const refused = (...findings: GuardFinding[]): GuardVerdict => ({ safe: false, findings });
