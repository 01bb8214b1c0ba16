import type { AnyProcess } from '@aiw3/nft-upgrade/protocol';
import type { Alerts } from '../../ports/alerts.ts';
import type { Chain } from '../../ports/chain.ts';
import type { Compensator } from '../../ports/compensator.ts';
import type { ContentStore } from '../../ports/content-store.ts';
import { plainReceipts, type Receipts } from '../../ports/receipts.ts';
import type { ProcessRules } from '../../ports/rules.ts';
import type { Sink } from '../../ports/sink.ts';
import type { WakeBus } from '../../ports/wake-bus.ts';
import { bindChain } from './bind-chain.ts';
import { type Calls, createCalls } from './calls.ts';
import { type Deadlines, deadlinesOf, stepDeadline } from './deadlines.ts';

/** What the host brings, as it gave it. */
export interface HostPorts {
  readonly rules: Readonly<Record<string, ProcessRules>>;
  readonly chain?: Chain | undefined;
  readonly content?: ContentStore | undefined;
  readonly receipts?: Receipts | undefined;
  readonly compensator?: Compensator | undefined;
  readonly alerts?: Alerts | undefined;
  readonly sinks?: readonly Sink[] | undefined;
  readonly wake: WakeBus;
}

/** The same, with an end to every call. Nothing else of the engine has the host's own. */
export interface Ports {
  readonly rules: Readonly<Record<string, ProcessRules>>;
  readonly chain: Chain | null;
  readonly content: ContentStore | null;
  readonly receipts: Receipts;
  readonly compensator: Compensator | null;
  readonly alerts: Alerts | null;
  readonly sinks: readonly Sink[];
  readonly wake: WakeBus;
  readonly deadlines: Deadlines;
  /** Does the work of a step, within its deadline: see `Calls`. */
  readonly step: Calls['step'];
  /** Ends every call that is open; none begins any more, but for those by which a node leaves. */
  stop(): void;
}

export function bindPorts(
  host: HostPorts,
  own: { deadlines?: Partial<Deadlines> | undefined; stepMs?: number | undefined } = {},
): Ports {
  const deadlines = deadlinesOf(own.deadlines);
  const calls = createCalls(deadlines, stepDeadline(deadlines, own.stepMs));
  const { chain, content, receipts = plainReceipts, compensator, alerts, sinks = [], wake } = host;
  return {
    rules: Object.fromEntries(
      Object.entries(host.rules).map(([process, rules]) => [process, bindRules(calls, rules)]),
    ),
    chain: chain ? bindChain(calls, chain) : null,
    content: content ? bindContent(calls, content) : null,
    receipts: {
      issue: (claims) => calls.call('receipts.issue', (options) => receipts.issue(claims, options)),
    },
    compensator: compensator
      ? {
          settle: (compensation) =>
            calls.call('compensator.settle', (options) =>
              compensator.settle(compensation, options),
            ),
        }
      : null,
    alerts: alerts ? bindAlerts(calls, alerts) : null,
    sinks: sinks.map((sink) => bindSink(calls, sink, deadlines)),
    wake: bindWake(calls, wake),
    deadlines,
    step: calls.step,
    stop: calls.stop,
  };
}

function bindRules<P extends AnyProcess>({ call }: Calls, rules: ProcessRules<P>): ProcessRules<P> {
  const { describe, release, held } = rules;
  return {
    subject: (request) => call('rules.subject', (options) => rules.subject(request, options)),
    qualify: (operation) => call('rules.qualify', (options) => rules.qualify(operation, options)),
    record: (operation) => call('rules.record', (options) => rules.record(operation, options)),
    ...(describe && {
      describe: (operation) =>
        call('rules.describe', (options) => describe.call(rules, operation, options)),
    }),
    ...(release && {
      release: (operation) =>
        call('rules.release', (options) => release.call(rules, operation, options)),
    }),
    ...(held && {
      held: (page) => call('rules.held', (options) => held.call(rules, page, options)),
    }),
  };
}

const bindContent = ({ call }: Calls, content: ContentStore): ContentStore => ({
  cid: (bytes) => call('content.cid', (options) => content.cid(bytes, options)),
  put: (bytes) => call('content.put', (options) => content.put(bytes, options)),
  get: (cid) => call('content.get', (options) => content.get(cid, options)),
});

function bindAlerts({ call }: Calls, alerts: Alerts): Alerts {
  const { authority } = alerts;
  return {
    alert: (alert) => call('alerts.alert', (options) => alerts.alert(alert, options)),
    ...(authority && {
      authority: (alert) =>
        call('alerts.authority', (options) => authority.call(alerts, alert, options)),
    }),
  };
}

/** Publishing has an end already, which the sink itself may name. */
function bindSink({ call }: Calls, sink: Sink, deadlines: Deadlines): Sink {
  const { name, ordered, maxTries, timeoutMs = deadlines['sink.publish'], close } = sink;
  return {
    name,
    timeoutMs,
    ...(ordered !== undefined && { ordered }),
    ...(maxTries !== undefined && { maxTries }),
    publish: (publication, options) => sink.publish(publication, options),
    ...(close && { close: () => call('sink.close', (options) => close.call(sink, options)) }),
  };
}

const bindWake =
  ({ call }: Calls, wake: WakeBus): WakeBus =>
  async (onMessage) => {
    const line = await call('wake.join', (options) => wake(onMessage, options));
    return {
      broadcast: (message) =>
        call('wake.broadcast', (options) =>
          'broadcast' in line ? line.broadcast(message, options) : line.say(message),
        ),
      leave: () => call('wake.leave', (options) => line.leave(options)),
    };
  };
