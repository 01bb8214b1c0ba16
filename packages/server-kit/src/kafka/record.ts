import { type CloudEvent, cloudEventsType } from '../publish/cloudevents.ts';

/** A record before it is bytes. */
export interface KafkaRecord {
  key: string;
  value: string;
  headers: Readonly<Record<string, string>>;
}

/**
 * CloudEvents Kafka protocol binding 1.0: attributes as `ce_` headers (3.2), or the envelope as the
 * value (3.3). The key is the partition key (3.1).
 */
export function recordOf(event: CloudEvent, mode: 'binary' | 'structured'): KafkaRecord {
  const { data, datacontenttype, ...attributes } = event;
  if (mode === 'structured')
    return {
      key: event.partitionkey,
      value: JSON.stringify(event),
      headers: { 'content-type': cloudEventsType },
    };
  const headers = Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [`ce_${name}`, value]),
  );
  return {
    key: event.partitionkey,
    value: JSON.stringify(data),
    headers: { 'content-type': datacontenttype, ...headers },
  };
}
