import { type ErrorCode, errorCodes } from '@aiw3/nft-upgrade/protocol';
import { chinese } from '../../packages/core/src/errors/messages-zh.ts';

const whose = {
  user: 'the user',
  wallet: 'the wallet',
  network: 'time or the network',
  operator: 'the operator of the server, or the author of the call',
};

/** One section a code: the address that `error.docs` leads to. */
export function errors(): string {
  const sections = (Object.keys(errorCodes) as ErrorCode[]).map((code) => {
    const { actor, retryable, status, message, hint } = errorCodes[code];
    return [
      `## ${code}`,
      '',
      `**${message}** ${hint}`,
      '',
      '| who can act | the same call may succeed later | HTTP status |',
      '| --- | --- | --- |',
      `| ${whose[actor]} | ${retryable ? 'yes' : 'no'} | ${status} |`,
      '',
      ...(chinese.errors[code]
        ? [`${chinese.errors[code].message}${chinese.errors[code].hint}`, '']
        : []),
    ].join('\n');
  });
  return `# Errors

Every failure is an \`NftUpgradeError\` with a \`code\` for programs, a \`message\` and a \`hint\`
for people, \`retryable\`, \`actor\`, \`asset\` (where the NFT is, when known), \`operationId\`,
\`details\` and the chain of causes. Over HTTP it is \`application/problem+json\` (RFC 9457) with
the same members. Codes are never renamed and never change their meaning; new ones are added.
Recognise an error with \`isNftUpgradeError(thrown)\`, which also works when two copies of the
package are in one bundle.

${sections.join('\n')}`;
}
