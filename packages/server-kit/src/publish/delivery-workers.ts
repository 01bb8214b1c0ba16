import { every } from '../engine/sweep.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { type Channel, createDeliveryWorker } from './delivery-worker.ts';
import { type OutboxPlace, prune } from './outbox.ts';

/** They bring an outbox to the sinks. */
export interface DeliveryWorkers {
  /** There may be something to deliver, to these sinks or, when they are left out, to any. */
  kick(sinks?: readonly string[]): void;
  /** Cuts the deliveries in hand short; they are due again at once, for any node. */
  stop(): Promise<void>;
}

export interface DeliveryWorkersOptions {
  place: OutboxPlace;
  channels: readonly Channel[];
  telemetry: Telemetry;
  log: Logger;
  onError(error: unknown): void;
  random(): number;
}

/** What was delivered is kept for 30 days. */
const KEEP_MS = 30 * 86_400_000;
const PRUNE_MS = 600_000;

/** One delivery worker a sink, each at its own pace. */
export function createDeliveryWorkers({
  place,
  channels,
  telemetry,
  log,
  onError,
  random,
}: DeliveryWorkersOptions): DeliveryWorkers {
  const workers = channels.map((channel) =>
    createDeliveryWorker({
      place,
      channel,
      pollMs: 1_000,
      done(result, { operationId, topic, tries }, error) {
        telemetry.add('nft_upgrade.deliveries', { sink: channel.name, result });
        if (result === 'dead')
          log.error('A dead letter: a sink could not be told.', {
            sink: channel.name,
            operationId,
            topic,
            tries,
          });
        if (error !== undefined) onError(error);
      },
      onError,
      random,
    }),
  );
  const pruning = every(PRUNE_MS, (signal) => prune(place, KEEP_MS, signal), onError);
  return {
    kick(sinks) {
      channels.forEach(({ name }, index) => {
        if (!sinks || sinks.includes(name)) workers[index]?.kick();
      });
    },
    async stop() {
      await Promise.all([pruning.stop(), ...workers.map((worker) => worker.stop())]);
    },
  };
}
