import type { BurnExpectation, GuardFinding } from '../client/guard.ts';
import type { DecodedTransaction } from './decode.ts';
import type { Effect } from './effects.ts';
import { feeBound } from './fee.ts';
import { burnMemo } from './memo.ts';
import type { GuardPolicy } from './policy.ts';

type Finding = (rule: string, message: string, instruction?: number) => void;

/** Everything about a transaction that is not the expected burn. Empty means: it burns this NFT and does nothing else. */
export function findingsOf(
  transaction: DecodedTransaction,
  effects: readonly Effect[],
  expected: BurnExpectation,
  policy: GuardPolicy,
  stage: 'before' | 'after',
): GuardFinding[] {
  const findings: GuardFinding[] = [];
  const finding: Finding = (rule, message, instruction) =>
    findings.push(instruction === undefined ? { rule, message } : { rule, message, instruction });
  checkAccounts(transaction, expected, policy, stage, finding);
  checkEffects(effects, expected, policy, stage, finding);
  checkCost(effects, transaction.requiredSignatures, policy, finding);
  return findings;
}

function checkAccounts(
  { keys, requiredSignatures, signatures, lookupTables }: DecodedTransaction,
  { owner }: BurnExpectation,
  policy: GuardPolicy,
  stage: 'before' | 'after',
  finding: Finding,
): void {
  const feePayer = policy.feePayer ?? owner;
  const signers = keys.slice(0, requiredSignatures);
  if (keys[0] !== feePayer) finding('fee_payer', `The fee is paid by ${keys[0]} instead of ${feePayer}.`);
  if (!signers.includes(owner)) finding('owner_not_signer', 'The owner of the NFT is not asked to sign.');
  for (const signer of signers) if (signer !== owner && signer !== feePayer) finding('extra_signer', `${signer} has to sign as well.`);
  // Their content is not in the bytes, so nobody can see what the transaction touches. An honest burn has about ten accounts and needs none.
  if (lookupTables.length > 0) finding('lookup_table', 'It takes accounts out of a lookup table.');
  if (new Set(keys).size !== keys.length) finding('duplicate_key', 'It names an account twice.');
  if (stage === 'after' && !signatures[signers.indexOf(owner)]?.some((byte) => byte !== 0))
    finding('signature_missing', 'The signature of the owner is missing.');
}

function checkEffects(
  effects: readonly Effect[],
  expected: BurnExpectation,
  policy: GuardPolicy,
  stage: 'before' | 'after',
  finding: Finding,
): void {
  const seen = new Map<string, number>();
  const feePayer = policy.feePayer ?? expected.owner;
  let burned: Effect | undefined;
  for (const [index, effect] of effects.entries()) {
    const count = (seen.get(effect.kind) ?? 0) + 1;
    seen.set(effect.kind, count);
    if (count > 1 && effect.kind !== 'assertion' && effect.kind !== 'unknown')
      finding('repeated', `It contains ${effect.kind} more than once.`, index);
    switch (effect.kind) {
      case 'burn':
        burned = effect;
        checkBurn(effect, expected, (rule, message) => finding(rule, message, index));
        break;
      case 'closeAccount':
        // Only the account just emptied may go: any other may hold something. No address has to be derived for this, because the chain itself
        // refuses a burn from an account of another mint.
        if (burned?.kind !== 'burn' || burned.account !== effect.account || burned.program !== effect.program)
          finding('close_account', 'It closes another account.', index);
        if (effect.destination !== expected.owner && effect.destination !== feePayer)
          finding('close_destination', `It pays the rent to ${effect.destination}.`, index);
        if (effect.authority !== expected.owner) finding('close_authority', 'It closes an account in the name of somebody else.', index);
        break;
      case 'memo':
        if (effect.text !== burnMemo(expected.operationId)) finding('memo_text', 'Its memo does not name this operation.', index);
        // With the owner among its accounts the memo program demands the owner's signature: that is what ties the burn to the operation.
        if (effect.signers.length !== 1 || effect.signers[0] !== expected.owner)
          finding('memo_signer', 'Its memo is not signed by the owner alone.', index);
        break;
      case 'assertion':
        if (stage !== 'after' || !policy.allowLighthouse)
          finding('lighthouse', 'It contains assertions, which only a wallet may add.', index);
        break;
      case 'unknown':
        finding('not_allowed', `An instruction of ${effect.program} ${effect.what}.`, index);
        break;
    }
  }
  if (!seen.has('burn')) finding('burn_missing', 'It does not burn the NFT.');
  if (!seen.has('memo')) finding('memo_missing', 'No memo names this operation.');
}

function checkBurn(effect: Effect & { kind: 'burn' }, expected: BurnExpectation, finding: Finding): void {
  const { mint, owner, tokenProgram } = expected;
  if (effect.mint !== mint) finding('burn_mint', `It burns ${effect.mint} instead of ${mint}.`);
  if (effect.amount !== 1n) finding('burn_amount', `It burns an amount of ${effect.amount} instead of 1.`);
  if (effect.decimals !== null && effect.decimals !== 0) finding('burn_decimals', 'It burns a token that can be divided.');
  if (effect.authority !== owner) finding('burn_authority', 'It burns in the name of somebody else.');
  if (tokenProgram !== undefined && effect.program !== tokenProgram)
    finding('burn_program', `It burns through ${effect.program} instead of ${tokenProgram}.`);
}

function checkCost(effects: readonly Effect[], requiredSignatures: number, policy: GuardPolicy, finding: Finding): void {
  const { computeUnits, priorityLamports } = feeBound(effects, requiredSignatures);
  if (computeUnits > policy.maxComputeUnits)
    finding('compute_units', `It may use ${computeUnits} compute units instead of at most ${policy.maxComputeUnits}.`);
  if (priorityLamports > policy.maxPriorityFeeLamports)
    finding('priority_fee', `It pays ${priorityLamports} lamports of priority fee instead of at most ${policy.maxPriorityFeeLamports}.`);
}
