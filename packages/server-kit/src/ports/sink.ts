import type { Asset, OperationEvent } from '@aiw3/nft-upgrade/protocol';
import type { Principal } from '../http/operations.ts';
import type { CallOptions } from './call.ts';

/**
 * Something other systems want to know: the place of an asset changed, an operation ended, or
 * people have to look at it. A repeat of the same publication is equal to the first.
 */
export interface Publication {
  /** Operation and number of the event: tells repeats apart. */
  readonly id: string;
  /** Process and status: `upgrade.completed`, `claim.needs_attention`. */
  readonly type: string;
  readonly operationId: string;
  readonly process: string;
  readonly status: string;
  /** Number of the event in its operation: puts publications of one operation in order. */
  readonly seq: number;
  readonly asset: Asset;
  /** When it happened, ISO 8601 in UTC. */
  readonly at: string;
  readonly principal: Principal;
  readonly input: Readonly<Record<string, unknown>>;
  /** What the operation had established by then: NFT, tiers, burn, CID, mint. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** The event itself, as clients saw it. */
  readonly event: OperationEvent;
  /** W3C trace context of the request that started the operation, where there was one. */
  readonly traceparent: string | null;
}

/**
 * Where publications go: Kafka, a webhook, a cache that has to be cleared, a function of the host.
 * Each sink has its own progress in the outbox, so a slow one holds up no other; what it does never
 * touches an operation.
 *
 * @example { name: 'crm', publish: async ({ type, principal }) => crm.note(principal.id, type) }
 */
export interface Sink {
  /**
   * Lower-case letters, digits, `-` and `_`. Its progress is kept under this name, so another name
   * is another sink.
   */
  readonly name: string;
  /**
   * Delivers. May be called again with the same publication, on another node. A rejection means
   * "again later"; one with the code `sink_refused` means "never", and the row becomes a dead
   * letter at once. `signal` aborts after `timeoutMs` and when the service stops.
   */
  publish(publication: Publication, options: CallOptions): Promise<void>;
  /**
   * Publications of one operation in their order, each only after the one before it was delivered
   * or skipped. Default true.
   */
  readonly ordered?: boolean;
  /** How long one delivery may take, in milliseconds. Default 10 000. */
  readonly timeoutMs?: number;
  /**
   * Failed deliveries after which a publication becomes a dead letter. Default 50: with the pauses
   * between them about three and a half hours.
   */
  readonly maxTries?: number;
  /** Lets go of connections. Called when the service stops. */
  close?(options?: CallOptions): Promise<void>;
}
