import type { GuardFinding } from '../client/guard.ts';
import { nameOf } from './names.ts';

/** What each rule of `solanaGuard` demands. */
const rules: Readonly<Record<string, string>> = {
  unreadable:
    'The transaction cannot be read: it is not base64 in its one spelling, cut off, too long, ' +
    'of another version, or uses lookup tables',
  signers:
    'It is not signed by the owner of the NFT alone, or by the named fee payer and the owner',
  duplicate_key: 'It names an account twice',
  signature_missing: 'The signature of the owner is missing',
  burn: 'It burns something else than this one NFT of its owner, through another program, or twice',
  close: 'It closes another account than the one just emptied, to somebody else, or twice',
  memo:
    'Its memo is not the one of this operation, signed by the owner and by nobody else, or ' +
    'stands there twice',
  limit: 'It sets the compute unit limit twice',
  price: 'It sets the compute unit price twice',
  size: 'It sets the data size limit twice',
  assertion:
    'It contains assertions, which only a wallet may add, and only where the policy allows it',
  burn_missing: 'It does not burn the NFT',
  memo_missing: 'No memo names this operation',
  compute_units: 'It asks for more compute units than the policy allows',
  priority_fee: 'Its priority fee is above the most that the policy allows, in lamports',
};

/**
 * A finding of `solanaGuard` in one sentence for developers and support. The guard itself carries
 * no texts: every page would load them. Findings of other guards have their message already.
 *
 * @example verdict.safe || verdict.findings.map(explainFinding);
 */
export function explainFinding({ rule, message, instruction }: GuardFinding): string {
  const at = instruction === undefined ? '' : ` (instruction ${instruction})`;
  if (rule === 'not_allowed') {
    const [program = '', , data = ''] = message.split(' ');
    return (
      `An instruction of ${program} ` +
      `${nameOf(program, data === '' ? undefined : Number.parseInt(data, 10))}${at}.`
    );
  }
  const sentence = rules[rule];
  if (sentence === undefined) return message;
  return `${sentence}${at}${message && `: ${message}`}.`;
}
