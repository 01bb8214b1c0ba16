import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { faultOf, faultOfText, KEY_LENGTH, type TextFault } from '../text.ts';
import type { ContentStore } from './content-store.ts';
import type { Receipts } from './receipts.ts';
import type { ProcessRules } from './rules.ts';

/** @throws NftUpgradeError `port_answered_wrongly` that names who answered, and the field */
export function refuseAnswer(port: string, fault: TextFault | null): void {
  if (!fault) return;
  const { field, problem } = fault;
  throw new NftUpgradeError('port_answered_wrongly', {
    message: `The answer of ${port} cannot be stored: ${field || 'it'} ${problem}.`,
    details: { port, field, problem },
  });
}

/** What becomes part of a key: short, and something. */
export const faultOfKey = (field: string, value: unknown): TextFault | null => {
  if (typeof value !== 'string' || value === '') return { field, problem: 'is no text' };
  const problem = faultOfText(value, KEY_LENGTH);
  return problem === null ? null : { field, problem };
};

const checked =
  <A extends readonly unknown[], R>(
    port: string,
    call: (...args: A) => Promise<R>,
    check: (answer: R) => TextFault | null = faultOf,
  ) =>
  async (...args: A): Promise<R> => {
    const answer = await call(...args);
    refuseAnswer(port, check(answer));
    return answer;
  };

/**
 * The rules of the host, whose answers are checked before anything is made of them: what a database
 * cannot store is found where it comes from, and not as an error of a statement much later.
 */
export function checkRules(
  all: Readonly<Record<string, ProcessRules>>,
): Readonly<Record<string, ProcessRules>> {
  return Object.fromEntries(
    Object.entries(all).map(([process, rules]) => {
      const name = (rule: string) => `rules.${process}.${rule}`;
      const { describe, held } = rules;
      const own: ProcessRules = {
        ...(rules.release && { release: (operation) => rules.release?.(operation) ?? none() }),
        subject: checked(
          name('subject'),
          async (request) => rules.subject(request),
          (subject) => faultOfKey('', subject),
        ),
        qualify: checked(name('qualify'), async (operation) => rules.qualify(operation)),
        record: checked(name('record'), async (operation) => rules.record(operation)),
        ...(describe && {
          describe: checked(name('describe'), async (operation) => describe.call(rules, operation)),
        }),
        ...(held && { held: checked(name('held'), async (page) => held.call(rules, page)) }),
      };
      return [process, own];
    }),
  );
}

const none = async (): Promise<void> => undefined;

/** The same for a content store. */
export const checkContent = (store: ContentStore): ContentStore => ({
  cid: checked(
    'content.cid',
    async (bytes) => store.cid(bytes),
    (cid) => faultOfKey('', cid),
  ),
  put: async (bytes) => store.put(bytes),
  get: async (cid) => store.get(cid),
});

/** The same for receipts. */
export const checkReceipts = (receipts: Receipts): Receipts => ({
  ...receipts,
  issue: checked('receipts.issue', async (claims) => receipts.issue(claims)),
});
