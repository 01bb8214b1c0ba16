import type { Sink } from '../ports/sink.ts';
import { type CloudEvent, cloudEventOf, type EnvelopeOptions } from './cloudevents.ts';

/** What all sinks have that send CloudEvents. */
export interface EventSinkOptions extends EnvelopeOptions {
  /** Name of the sink. Default: what it is, such as `kafka`. Each receiver is a sink of its own. */
  name?: string;
  /** Longest time for one delivery. Milliseconds, default 10 000. */
  timeoutMs?: number;
  /** Failed deliveries after which a publication becomes a dead letter. Default 50. */
  maxTries?: number;
}

/** A sink that puts each publication into its envelope, and leaves out those that have none. */
export function eventSink(
  { name, timeoutMs = DELIVERY_MS, maxTries, ...envelope }: EventSinkOptions & { name: string },
  send: (event: CloudEvent, signal: AbortSignal) => Promise<void>,
): Sink {
  return {
    name,
    timeoutMs,
    ...(maxTries !== undefined && { maxTries }),
    async publish(publication, { signal }) {
      const event = cloudEventOf(publication, envelope);
      if (event) await send(event, signal);
    },
  };
}

/** Default of `timeoutMs`. */
export const DELIVERY_MS = 10_000;
