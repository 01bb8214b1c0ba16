import { type AnyProcess, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Sink } from '../ports/sink.ts';
import { checkSinks, sinkChannels } from '../publish/channels.ts';
import { createOutbox, type Outbox } from '../publish/deliveries.ts';
import { createDeliveryWorkers } from '../publish/delivery-workers.ts';
import type { Delivery } from '../publish/outbox.ts';
import type { PublicationSource } from '../publish/publication.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Journal } from './journal.ts';
import { readAll } from './operation.ts';

/** How what was emitted reaches the sinks of the host. */
export interface Publishing {
  /** Names of those that are notified. */
  readonly sinks: readonly string[];
  /** There may be something to deliver. */
  kick(): void;
  /** What operators see of it; null without sinks. */
  readonly outbox: Outbox | null;
  stop(): Promise<void>;
}

export interface PublishingOptions {
  journal: Journal;
  sinks: readonly Sink[];
  processOf(name: string): AnyProcess;
  telemetry: Telemetry;
  log: Logger;
  onError(error: unknown): void;
}

/**
 * @throws NftUpgradeError `invalid_option` for a sink that makes no sense, and for a journal
 *   without an outbox
 */
export function createPublishing({
  journal,
  sinks,
  processOf,
  telemetry,
  log,
  onError,
}: PublishingOptions): Publishing {
  if (sinks.length === 0) return { sinks: [], kick() {}, outbox: null, async stop() {} };
  checkSinks(sinks);
  const place = journal.outbox;
  if (!place) {
    throw new NftUpgradeError('invalid_option', {
      message:
        'Sinks need a journal with an outbox, such as databaseJournal: what is told must be ' +
        'as durable as the event.',
    });
  }
  const load = async ({ operationId }: Delivery): Promise<PublicationSource> => {
    const [entry, events] = await Promise.all([
      journal.find(operationId),
      readAll(journal, operationId),
    ]);
    const input = events[0]?.input;
    if (!entry || typeof input !== 'object' || input === null) {
      throw new NftUpgradeError('internal', {
        message: 'The operation of an outbox row is gone.',
        operationId,
      });
    }
    const { process, principalId: principal, wallet = null, traceparent = null } = entry;
    return {
      row: {
        id: operationId,
        process,
        principal,
        wallet,
        input: input as Record<string, unknown>,
        traceparent,
      },
      process: processOf(process),
      events,
    };
  };
  const channels = sinkChannels(sinks, load, telemetry, null);
  const deliveryWorkers = createDeliveryWorkers({
    place,
    channels,
    telemetry,
    log,
    onError,
    random: Math.random,
  });
  return {
    sinks: sinks.map(({ name }) => name),
    kick: deliveryWorkers.kick,
    outbox: createOutbox(place, deliveryWorkers.kick),
    async stop() {
      await deliveryWorkers.stop();
      await Promise.all(sinks.map(async (sink) => sink.close?.().catch(onError)));
    },
  };
}
