import type { Guard, GuardFinding } from '../client/guard.ts';
import { readBase64 } from './base64.ts';
import { kindOf, numberIn } from './instructions.ts';
import { expectedMemo } from './memo.ts';
import { checkOptions, type SolanaGuardOptions } from './policy.ts';
import { computeBudgetProgram } from './programs.ts';
import { readTransaction } from './transaction.ts';

/**
 * No transaction gets more (`MAX_COMPUTE_UNIT_LIMIT` of the chain); a higher request counts as this
 * one.
 */
const chainComputeUnits = 1_400_000;

const short = (address: string): string => `${address.slice(0, 4)}…${address.slice(-4)}`;

/**
 * The guard for Solana. It knows what a burn consists of and refuses everything else, so a trick
 * nobody has thought of yet is refused too.
 *
 * `before` the prompt: one Burn or BurnChecked of this NFT, amount 1, by its owner; one memo that
 * names the operation, signed by the owner; at most one CloseAccount of the very account burned
 * from, its rent to the owner or the fee payer; a compute budget within the policy. `after` it: the
 * same, the owner's signature, and the Lighthouse assertions that wallets add.
 *
 * It judges meaning, never positions or bytes. Which cluster a blockhash belongs to is not written
 * in a transaction: the server checks that.
 *
 * Every page pays for this file, so its findings are a rule and what was found; `explainFinding`
 * says it in a sentence.
 *
 * @throws NftUpgradeError `invalid_option`, here and never in `inspect`
 */
export function solanaGuard(options: SolanaGuardOptions = {}): Guard {
  const {
    maxPriorityFeeLamports = 1_000_000,
    maxComputeUnits = chainComputeUnits,
    allowLighthouse = true,
    feePayer,
    deployment,
    read = readTransaction,
  } = options;
  // A string such as 'false' would otherwise allow what was meant to be refused.
  checkOptions(
    options,
    maxPriorityFeeLamports,
    maxComputeUnits,
    allowLighthouse === !!allowLighthouse,
    feePayer,
    deployment,
  );

  return {
    inspect(base64, expected, stage) {
      const findings: GuardFinding[] = [];
      const refuse = (rule: string, found: string | number = '', instruction?: number) =>
        findings.push({ rule, message: `${found}`, instruction });
      try {
        const transaction = read(readBase64(base64));
        if (transaction) {
          const { keys, requiredSignatures, signatures, instructions, header } = transaction;
          const { mint, owner, operationId, tokenProgram, memo } = expected;
          const payer = feePayer ?? owner;
          const signers = keys.slice(0, requiredSignatures).join();
          if (signers !== (payer === owner ? owner : `${payer},${owner}`))
            refuse('signers', signers);
          if (new Set(keys).size < keys.length) refuse('duplicate_key');
          // The owner is the last who signs, or was refused above.
          if (stage === 'after' && !signatures.at(-1)?.some(Boolean)) refuse('signature_missing');

          const seen: Partial<Record<string, number>> = { ...header };
          let units = 0;
          let burned: string | undefined;
          let destination: string | undefined;
          instructions.forEach(({ programIndex, accounts: indexes, data }, index) => {
            const program = keys[programIndex];
            const accounts = indexes.map((account) => keys[account]);
            const [first, second, third] = accounts;
            const kind = kindOf(program, data, accounts.length) ?? 'not_allowed';
            const value = numberIn(data);
            const account = `${program}${first}`;
            let expectedOne: unknown = kind !== 'not_allowed';
            if (kind === 'burn') {
              // Amount 1, and the decimals behind it 0.
              expectedOne =
                value === 1 &&
                second === mint &&
                third === owner &&
                (tokenProgram ?? program) === program;
              burned = account;
            } else if (kind === 'close') {
              // Only the account just emptied may go: any other may hold something. No address has
              // to be derived for this, because the chain itself refuses a burn from an account of
              // another mint.
              expectedOne =
                account === burned && third === owner && (second === owner || second === payer);
              destination = second;
            } else if (kind === 'memo') {
              // With the owner among its accounts the memo program demands the owner's signature:
              // that is what ties the burn to the operation.
              const text = memo ?? expectedMemo(data, operationId, deployment);
              expectedOne =
                text &&
                accounts.join() === owner &&
                data.join() === new TextEncoder().encode(text).join();
            } else if (kind === 'assertion') expectedOne = stage === 'after' && allowLighthouse;
            if (
              !expectedOne ||
              (kind !== 'assertion' && kind in seen) ||
              accounts.includes(undefined)
            )
              refuse(kind, `${program} ${accounts.join()} ${data.join()}`, index);
            seen[kind] = value;
            // What the chain gives an instruction when no limit is set
            // (`DEFAULT_INSTRUCTION_COMPUTE_UNIT_LIMIT`, SIMD-0170).
            units += program === computeBudgetProgram ? 3_000 : 200_000;
          });
          for (const kind of ['burn', 'memo']) if (!(kind in seen)) refuse(`${kind}_missing`);

          units = Math.min(seen.limit ?? units, chainComputeUnits);
          // The chain rounds a part of a lamport up. Exact below 1 SOL, and nothing above it gets
          // past the policy, nor does what is no number.
          const priority = Math.ceil((units * (seen.price ?? 0)) / 1_000_000) + (seen.fee ?? 0);
          if (!(units <= maxComputeUnits)) refuse('compute_units', units);
          if (!(priority <= maxPriorityFeeLamports)) refuse('priority_fee', priority);
          const lamports = priority + 5_000 * requiredSignatures;
          if (!findings.length)
            return {
              safe: true,
              sentence:
                `Burns NFT ${short(mint)} from your wallet` +
                (destination
                  ? `, returns its rent to ${destination === owner ? 'you' : short(destination)}`
                  : '') +
                `, fee at most ${(lamports / 1e9).toFixed(9).replace(/\.?0+$/, '')} SOL` +
                `${payer === owner ? '' : ` paid by ${short(payer)}`}, nothing else.`,
              maxFeeLamports: BigInt(lamports),
            };
        } else refuse('unreadable');
      } catch {
        // No base64, a list that cannot be that long, or a caller without types. Open is the one
        // thing a guard must never fail.
        refuse('unreadable');
      }
      return { safe: false, findings };
    },
  };
}
