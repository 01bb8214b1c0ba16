import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Alerts } from '../../ports/alerts.ts';
import type { BurnPort, Chain, MintPort } from '../../ports/chain.ts';
import type { Compensator } from '../../ports/compensator.ts';
import type { ContentStore } from '../../ports/content-store.ts';
import type { Receipts } from '../../ports/receipts.ts';
import type { ProcessRules } from '../../ports/rules.ts';
import type { Sink } from '../../ports/sink.ts';
import type { WakeLine } from '../../ports/wake-bus.ts';

/** Names of the functions of a port, behind its own. */
type MethodsOf<Port extends string, T> = {
  [K in keyof T & string]-?: NonNullable<T[K]> extends (...values: never) => unknown
    ? `${Port}.${K}`
    : never;
}[keyof T & string];

/** Every function of the host that the engine calls. */
export type PortMethod =
  | MethodsOf<'rules', ProcessRules>
  | MethodsOf<'content', ContentStore>
  | MethodsOf<'chain', Chain>
  | MethodsOf<'burn', BurnPort>
  | MethodsOf<'mint', MintPort>
  | MethodsOf<'receipts', Receipts>
  | MethodsOf<'compensator', Compensator>
  | MethodsOf<'alerts', Alerts>
  | MethodsOf<'sink', Sink>
  | MethodsOf<'wake', WakeLine>
  | 'wake.join';

/** After how long a call has failed, in milliseconds. */
export type Deadlines = Readonly<Record<PortMethod, number>>;

/**
 * The chain's are above those of the kit's own client, which asks several nodes in turn, 10 s each.
 */
export const defaultDeadlines = {
  'rules.subject': 15_000,
  'rules.qualify': 15_000,
  'rules.describe': 15_000,
  'rules.record': 30_000,
  'rules.release': 15_000,
  'rules.held': 30_000,
  'content.cid': 10_000,
  'content.put': 120_000,
  'content.get': 60_000,
  'chain.identity': 30_000,
  'burn.locate': 30_000,
  'burn.prepare': 30_000,
  'burn.accept': 30_000,
  'burn.broadcast': 30_000,
  'burn.observe': 60_000,
  'burn.find': 60_000,
  'mint.address': 30_000,
  'mint.preflight': 30_000,
  'mint.prepare': 30_000,
  'mint.send': 30_000,
  'mint.observe': 60_000,
  'mint.elsewhere': 30_000,
  'mint.standing': 30_000,
  'mint.digest': 10_000,
  'mint.horizon': 30_000,
  'mint.funds': 30_000,
  'receipts.issue': 15_000,
  'compensator.settle': 60_000,
  'alerts.alert': 10_000,
  'alerts.authority': 10_000,
  'sink.publish': 10_000,
  'sink.close': 10_000,
  'wake.join': 30_000,
  'wake.broadcast': 2_000,
  'wake.leave': 5_000,
} as const satisfies Deadlines;

/**
 * @throws NftUpgradeError `invalid_option` for a name that is none, and a time that makes no sense
 */
export function deadlinesOf(own: Partial<Deadlines> = {}): Deadlines {
  for (const [name, ms] of Object.entries(own))
    if (!Object.hasOwn(defaultDeadlines, name) || !isTime(ms))
      throw new NftUpgradeError('invalid_option', {
        message: `deadlines: ${name} has to name a function of the host, and milliseconds above 0.`,
        details: { option: name, known: Object.keys(defaultDeadlines) },
      });
  return { ...defaultDeadlines, ...own };
}

/**
 * After how long a whole step has failed, in milliseconds: its calls together may not take more.
 * Default: twice the longest of them.
 * @throws NftUpgradeError `invalid_option`
 */
export function stepDeadline(deadlines: Deadlines, own?: number): number {
  const ms = own ?? Math.min(LONGEST_MS, 2 * Math.max(...Object.values(deadlines)));
  if (isTime(ms)) return ms;
  throw new NftUpgradeError('invalid_option', {
    message: 'stepMs has to be milliseconds above 0.',
    details: { option: 'stepMs' },
  });
}

/** A timer takes no more. */
const LONGEST_MS = 2 ** 31 - 1;
const isTime = (ms: number): boolean => ms > 0 && ms <= LONGEST_MS;
