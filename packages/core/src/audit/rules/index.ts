import { clientRules } from './client.ts';
import { commandRules } from './commands.ts';
import { requestRules } from './requests.ts';
import type { ProtocolRule, Rules } from './rule.ts';
import { streamRules } from './streams.ts';

export { type ProtocolRule, type Section, sections } from './rule.ts';

/**
 * Every MUST and SHOULD of PROTOCOL.md, in its order. The document, the audit and the tests are
 * checked against this list.
 */
export const protocolRules: readonly ProtocolRule[] = [
  ...requestRules,
  ...streamRules,
  ...commandRules,
  ...clientRules,
];

export const rulesById: Rules = Object.fromEntries(protocolRules.map((rule) => [rule.id, rule]));
