import type { Publication } from '../ports/sink.ts';
import { type Message, messageOf } from './messages.ts';

/**
 * CloudEvents 1.0, with the extensions `sequence`, `partitionkey` and, where the browser sent one,
 * `traceparent`.
 */
export interface CloudEvent {
  readonly specversion: '1.0';
  /** Operation and number of the event. With `source` it tells repeats apart. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** The operation. */
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** Order within the operation; compares as text, as the extension wants it. */
  readonly sequence: string;
  readonly partitionkey: string;
  readonly traceparent?: string;
  readonly data: Message;
}

/** How the envelopes of the host are named. */
export interface EnvelopeOptions {
  /** Names who speaks: a URI reference of yours. Default `/nft-upgrade`. */
  source?: string;
  /**
   * Comes before process and status in `type`. Default `com.aiw3.nft.`, which gives
   * `com.aiw3.nft.upgrade.completed`.
   */
  typePrefix?: string;
  /**
   * Makes the body. Null keeps a publication from being sent. Default: the guide's bodies, for all
   * publications.
   */
  message?(publication: Publication): Message | null;
}

export const cloudEventsType = 'application/cloudevents+json; charset=UTF-8';

/** The envelope of a publication, or null for one that is not to be sent. */
export function cloudEventOf(
  publication: Publication,
  options: EnvelopeOptions = {},
): CloudEvent | null {
  const { source = '/nft-upgrade', typePrefix = 'com.aiw3.nft.', message = messageOf } = options;
  const data = message(publication);
  return (
    data && {
      specversion: '1.0',
      id: publication.id,
      source,
      type: typePrefix + publication.type,
      subject: publication.operationId,
      time: publication.at,
      datacontenttype: 'application/json',
      sequence: String(publication.seq).padStart(10, '0'),
      partitionkey: publication.operationId,
      ...(publication.traceparent !== null && { traceparent: publication.traceparent }),
      data,
    }
  );
}
