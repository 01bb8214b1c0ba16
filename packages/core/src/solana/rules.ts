import type { BurnExpectation, GuardFinding } from '../client/guard.ts';
import type { DecodedTransaction } from './decode.ts';
import type { Effect } from './effects.ts';
import { feeBound } from './fee.ts';
import { burnMemo } from './memo.ts';
import type { GuardPolicy } from './policy.ts';

/** Everything about a transaction that is not the expected burn. Empty means: it burns this NFT and does nothing else. */
export function findingsOf(
  { keys, requiredSignatures, signatures, lookupTables }: DecodedTransaction,
  effects: readonly Effect[],
  { mint, owner, operationId, tokenProgram }: BurnExpectation,
  { feePayer = owner, maxComputeUnits, maxPriorityFeeLamports, allowLighthouse }: GuardPolicy,
  stage: 'before' | 'after',
): GuardFinding[] {
  const findings: GuardFinding[] = [];
  let instruction: number | undefined;
  const finding = (rule: string, message: string) =>
    findings.push({ rule, message: `${message}.`, ...(instruction !== undefined && { instruction }) });
  const mustBe = <Value extends string | number | bigint>(rule: string, wanted: Value, actual: Value | undefined) => {
    if (actual !== wanted) finding(rule, `${rule.replace('_', ' ')}: ${actual ?? 'none'} instead of ${wanted}`);
  };
  const mustNotExceed = <Value extends number | bigint>(rule: string, most: Value, actual: Value) => {
    if (actual > most) finding(rule, `${rule.replace('_', ' ')}: ${actual} instead of at most ${most}`);
  };

  const signers = keys.slice(0, requiredSignatures);
  mustBe('fee_payer', feePayer, keys[0]);
  if (!signers.includes(owner)) finding('owner_not_signer', 'The owner of the NFT does not sign');
  for (const signer of signers) if (signer !== owner && signer !== feePayer) finding('extra_signer', `${signer} has to sign as well`);
  // Their content is not in the bytes, so nobody can see what the transaction touches. An honest burn has about ten accounts and needs none.
  mustBe('lookup_table', 0, lookupTables.length);
  if (new Set(keys).size !== keys.length) finding('duplicate_key', 'It names an account twice');
  if (stage === 'after' && !signatures[signers.indexOf(owner)]?.some((byte) => byte !== 0))
    finding('signature_missing', 'The signature of the owner is missing');

  const seen = new Set<Effect['kind']>();
  let burned = '';
  for (const effect of effects) {
    instruction = (instruction ?? -1) + 1;
    const { kind } = effect;
    if (seen.has(kind) && kind !== 'assertion' && kind !== 'unknown') finding('repeated', `It contains ${kind} more than once`);
    seen.add(kind);
    if (kind === 'burn') {
      burned = effect.program + effect.account;
      mustBe('burn_mint', mint, effect.mint);
      mustBe('burn_amount', 1n, effect.amount);
      mustBe('burn_decimals', 0, effect.decimals ?? 0);
      mustBe('burn_authority', owner, effect.authority);
      mustBe('burn_program', tokenProgram ?? effect.program, effect.program);
    } else if (kind === 'closeAccount') {
      // Only the account just emptied may go: any other may hold something. No address has to be derived for this, because the chain itself
      // refuses a burn from an account of another mint.
      if (burned !== effect.program + effect.account) finding('close_account', 'It closes another account');
      if (effect.destination !== feePayer) mustBe('close_destination', owner, effect.destination);
      mustBe('close_authority', owner, effect.authority);
    } else if (kind === 'memo') {
      mustBe('memo_text', burnMemo(operationId), effect.text);
      // With the owner among its accounts the memo program demands the owner's signature: that is what ties the burn to the operation.
      mustBe('memo_signer', owner, effect.signers.join());
    } else if (kind === 'assertion') {
      if (stage !== 'after' || !allowLighthouse) finding('lighthouse', 'It contains assertions, which only a wallet may add');
    } else if (kind === 'unknown') {
      finding('not_allowed', `An instruction of ${effect.program} ${effect.what}`);
    }
  }
  instruction = undefined;
  if (!seen.has('burn')) finding('burn_missing', 'It does not burn the NFT');
  if (!seen.has('memo')) finding('memo_missing', 'No memo names this operation');

  const { computeUnits, priorityLamports } = feeBound(effects, requiredSignatures);
  mustNotExceed('compute_units', maxComputeUnits, computeUnits);
  mustNotExceed('priority_fee', maxPriorityFeeLamports, priorityLamports);
  return findings;
}
