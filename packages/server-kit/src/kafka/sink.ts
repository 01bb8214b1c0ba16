import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { GenericError, Producer, SASLOptions } from '@platformatic/kafka';
import { optionalPackage } from '../db/optional.ts';
import type { Sink } from '../ports/sink.ts';
import { createConnection } from '../publish/connection.ts';
import { DELIVERY_MS, type EventSinkOptions, eventSink } from '../publish/event-sink.ts';
import { type KafkaRecord, recordOf } from './record.ts';

/** Options of `kafkaSink`. */
export interface KafkaOptions extends EventSinkOptions {
  /** Bootstrap brokers, `host:port`. */
  brokers: readonly string[];
  /** Default `nft-events`, the topic of the integration guide. */
  topic?: string;
  /**
   * `binary`, the default: the value is the body alone, as in the guide, and the envelope travels
   * in `ce_` headers. `structured`: the value is the whole envelope. (CloudEvents Kafka protocol
   * binding 1.0, sections 3.2 and 3.3.)
   */
  mode?: 'binary' | 'structured';
  /** How brokers know this client. Default `nft-upgrade`. */
  clientId?: string;
  /** TLS to the brokers, as in `tls.connect`. */
  tls?: { ca?: string; cert?: string; key?: string; servername?: string };
  sasl?: Pick<SASLOptions, 'mechanism' | 'username' | 'password'>;
  /**
   * Lets the producer ask for a topic that does not exist; whether it is made is for the broker to
   * say. Default false.
   */
  createTopic?: boolean;
}

/**
 * Publications as Kafka records. The key is the operation, so that its records keep their order in
 * one partition; a record counts as delivered when all in-sync replicas have it. Needs the package
 * `@platformatic/kafka` beside the kit.
 * @throws NftUpgradeError `invalid_option` without a broker
 */
export function kafkaSink(options: KafkaOptions): Sink {
  const {
    brokers,
    topic = 'nft-events',
    mode = 'binary',
    createTopic = false,
    timeoutMs = DELIVERY_MS,
  } = options;
  if (
    brokers.length === 0 ||
    !brokers.every((broker) => /^[^\s:]+:\d+$/.test(broker) || /^\[[^\]]+\]:\d+$/.test(broker))
  ) {
    throw new NftUpgradeError('invalid_option', {
      message: 'brokers has to be a list of host:port, with at least one.',
    });
  }
  const open = async (): Promise<Producer> => {
    const { Producer } = await optionalPackage(
      '@platformatic/kafka',
      () => import('@platformatic/kafka'),
    );
    return new Producer({
      clientId: options.clientId ?? 'nft-upgrade',
      bootstrapBrokers: [...brokers],
      // The outbox is what tries again, with pauses that outlast an outage.
      retries: 1,
      connectTimeout: timeoutMs,
      requestTimeout: timeoutMs,
      ...(options.tls && { tls: options.tls }),
      ...(options.sasl && { sasl: options.sasl }),
    });
  };
  const connection = createConnection(open, (producer) => producer.close(true));
  const sink = eventSink({ name: 'kafka', ...options }, async (event, signal) => {
    const messages = [asMessage(topic, recordOf(event, mode))];
    await connection
      .use(signal, (producer) =>
        producer.send({ messages, acks: -1, autocreateTopics: createTopic }),
      )
      .catch((cause: unknown) => {
        throw failureOf(cause);
      });
  });
  return { ...sink, close: connection.drop };
}

const asMessage = (topic: string, { key, value, headers }: KafkaRecord) => ({
  topic,
  key: Buffer.from(key),
  value: Buffer.from(value),
  headers: new Map(
    Object.entries(headers).map(([header, content]) => [Buffer.from(header), Buffer.from(content)]),
  ),
});

/** Codes of a broker after which the same record is refused for ever. */
const permanent = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD'];

function failureOf(cause: unknown): unknown {
  if (cause instanceof NftUpgradeError) return cause;
  const found = permanent.find(
    (id) =>
      typeof (cause as GenericError).findBy === 'function' &&
      (cause as GenericError).findBy('apiId', id) !== null,
  );
  if (found)
    return new NftUpgradeError('sink_refused', {
      message: `Kafka refuses the record: ${found}.`,
      cause,
    });
  const reason = cause instanceof Error ? cause.message : 'no reason given';
  return new NftUpgradeError('temporarily_unavailable', {
    message: `Kafka did not take the record: ${reason}`,
    cause,
  });
}
