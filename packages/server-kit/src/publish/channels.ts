import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { type Engine, operationOf, rulesOf } from '../engine/context.ts';
import { supportBundle } from '../engine/obligations/support-bundle.ts';
import { defaultDeadlines } from '../engine/ports/deadlines.ts';
import type { Alert } from '../ports/alerts.ts';
import type { Sink } from '../ports/sink.ts';
import { redact } from '../telemetry/redact.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Channel } from './delivery-worker.ts';
import { ALERTS, type Delivery, RELEASE } from './outbox.ts';
import { type PublicationSource, publicationOf } from './publication.ts';

const defaults = { timeoutMs: defaultDeadlines['sink.publish'], maxTries: 50 };
/** For reading the operation, beside the call itself. */
const GRACE_MS = 5_000;

/** The sinks of the host. */
export const sinkChannels = (
  sinks: readonly Sink[],
  load: (delivery: Delivery) => Promise<PublicationSource>,
  telemetry: Telemetry,
  definitions: readonly string[] | null,
): Channel[] =>
  sinks.map((sink) => ({
    name: sink.name,
    definitions,
    ordered: sink.ordered ?? true,
    timeoutMs: sink.timeoutMs ?? defaults.timeoutMs,
    maxTries: sink.maxTries ?? defaults.maxTries,
    async deliver(delivery, signal) {
      const publication = publicationOf(await load(delivery), Number(delivery.data.seq));
      const { operationId, process, traceparent: parent } = publication;
      const attributes = {
        'nft_upgrade.operation.id': operationId,
        'nft_upgrade.process': process,
        'nft_upgrade.sink': sink.name,
      };
      await telemetry.span('nft_upgrade.deliver', { parent, attributes }, () =>
        sink.publish(publication, { signal }),
      );
    },
  }));

/**
 * Everything the outbox feeds: the sinks of the host, and the two of the kit itself. Neither of
 * those needs an order.
 */
export function channelsOf(engine: Engine, sinks: readonly Sink[]): Channel[] {
  const load = async ({ operationId }: Delivery) => {
    const loaded = await engine.journal.load(operationId);
    if (!loaded)
      throw new NftUpgradeError('internal', {
        message: 'The operation of an outbox row is gone.',
        operationId,
      });
    return loaded;
  };
  const definitions = engine.definitions.all.map(({ name, version }) => `${name} ${version}`);
  return [
    ...sinkChannels(sinks, load, engine.telemetry, definitions),
    {
      ...defaults,
      timeoutMs: engine.deadlines['alerts.alert'] + GRACE_MS,
      name: ALERTS,
      // People are alerted by any node: that needs no more than the alert says.
      definitions: null,
      ordered: false,
      async deliver(delivery) {
        const { severity, summary, evidence } = delivery.data as unknown as Pick<
          Alert,
          'severity' | 'summary' | 'evidence'
        >;
        const bundle = supportBundle(await load(delivery));
        const { id, operationId } = delivery;
        const safe = redact(evidence) as Alert['evidence'];
        engine.log.error('An operation needs people.', {
          operationId,
          severity,
          summary,
          evidence: safe,
        });
        await engine.alerts?.alert({
          id: `${operationId}/${id}`,
          operationId,
          severity,
          summary,
          evidence: safe,
          bundle,
        });
      },
    },
    {
      ...defaults,
      timeoutMs: engine.deadlines['rules.release'] + GRACE_MS,
      name: RELEASE,
      definitions,
      ordered: false,
      async deliver(delivery) {
        const operation = operationOf(await load(delivery));
        await rulesOf(engine, operation.process).release?.(operation);
      },
    },
  ];
}

/**
 * @throws NftUpgradeError `invalid_option` for a name that is malformed, taken, or used twice, and
 *   for a number that makes no sense
 */
export function checkSinks(sinks: readonly Sink[]): void {
  const seen = new Set([ALERTS, RELEASE]);
  for (const { name, timeoutMs = 1, maxTries = 1 } of sinks) {
    const problem = !/^[a-z0-9][a-z0-9_-]{0,62}$/.test(name)
      ? 'has to be a name of lower-case letters, digits, - and _, at most 63 long'
      : seen.has(name)
        ? 'is the name of another sink'
        : !(timeoutMs > 0 && Number.isSafeInteger(maxTries) && maxTries > 0)
          ? 'needs a timeoutMs above 0 and a whole number of maxTries above 0'
          : null;
    if (problem)
      throw new NftUpgradeError('invalid_option', {
        message: `The sink "${name}" ${problem}.`,
        details: { sink: name },
      });
    seen.add(name);
  }
}
