import type { ServiceOptions, Sink } from '@aiw3/nft-upgrade-server-kit';
import { kafkaSink } from '@aiw3/nft-upgrade-server-kit/kafka';
import { redisCache, redisWake } from '@aiw3/nft-upgrade-server-kit/redis';
import { webhookSink } from '@aiw3/nft-upgrade-server-kit/webhooks';
import type { Config } from './config.ts';

/**
 * The configured sinks and the bus between nodes; none by default.
 * @throws NftUpgradeError `invalid_option`
 */
export function openSinks(
  config: Config,
  onError?: (error: unknown) => void,
): { sinks: readonly Sink[] } & Pick<ServiceOptions, 'wake'> {
  const { KAFKA_BROKERS, KAFKA_TOPIC, REDIS_URL, WEBHOOK_URL, WEBHOOK_SECRET } = config;
  const sinks: Sink[] = [];
  if (KAFKA_BROKERS) sinks.push(kafkaSink({ brokers: KAFKA_BROKERS, topic: KAFKA_TOPIC }));
  if (REDIS_URL) sinks.push(redisCache({ redis: REDIS_URL }));
  if (WEBHOOK_URL && WEBHOOK_SECRET)
    sinks.push(webhookSink({ url: WEBHOOK_URL, secrets: [WEBHOOK_SECRET] }));
  return {
    sinks,
    ...(REDIS_URL && { wake: redisWake({ url: REDIS_URL, ...(onError && { onError }) }) }),
  };
}
