import type { OperationEvent } from '@aiw3/nft-upgrade/protocol';
import type { OutboxPlace } from '../publish/outbox.ts';

/** Whose operation it is, and what a second start has to share with it to be the same one. */
export interface JournalEntry {
  readonly operationId: string;
  /** Name of the process. */
  readonly process: string;
  readonly principalId: string;
  /** A principal has one live operation of a process for one subject. */
  readonly subject: string;
  /** The wallet the host has verified for the principal, where it named one. */
  readonly wallet?: string;
  /** W3C trace context of the start: what comes later, on any node, belongs to its trace. */
  readonly traceparent?: string;
}

/** A key that the client minted, and a digest of the request it stands for. */
export interface JournalKey {
  readonly key: string;
  readonly request: string;
}

/** What became of a start. */
export interface Created {
  /** The new operation, or the one that this start joins. */
  readonly operationId: string;
  readonly created: boolean;
  /** Digest of the request that the key was first used for; null without a key. */
  readonly request: string | null;
}

/** A message to an operation from outside, in the order of arrival. */
export interface Signal {
  /** From 1 within the operation. */
  readonly number: number;
  readonly name: string;
  readonly value: unknown;
}

/**
 * Where an emitter keeps its operations. `memoryJournal` and `databaseJournal` come with the kit;
 * another store is one more file that passes `journalSuite`. Every method may reject with
 * `database_unavailable`.
 */
export interface Journal {
  /**
   * Makes an operation with its first event. A key that its principal has used before, else a live
   * operation of the same principal, process and subject, is joined instead. Two calls at once make
   * one operation. @throws NftUpgradeError `temporarily_unavailable` when there is no room
   */
  create(entry: JournalEntry, first: OperationEvent, key: JournalKey | null): Promise<Created>;
  /** Null when there is none, or it is forgotten. */
  find(operationId: string): Promise<JournalEntry | null>;
  /**
   * Ids of a principal's operations of a process that have not ended, newest first, at most 100.
   */
  live(principalId: string, process: string): Promise<string[]>;
  /**
   * Appends one event behind the last. `ends` when it is a terminal one. Wakes who watches, here
   * and on other nodes. `notify`: the sinks that are to be notified of it, kept in the same
   * transaction; given only where there is an `outbox`.
   * @throws NftUpgradeError `journal_conflict` when its number is not the next one; nothing is
   *   written then
   */
  append(event: OperationEvent, ends: boolean, notify?: readonly string[]): Promise<void>;
  /** Events with a number above `after`, in order, at most `limit`. */
  read(operationId: string, after: number, limit: number): Promise<OperationEvent[]>;
  /**
   * Keeps a signal and wakes who watches. One that is there already, equal in name and value, is
   * not kept twice.
   */
  signal(operationId: string, name: string, value: unknown): Promise<void>;
  /** All signals, in order. */
  signals(operationId: string): Promise<Signal[]>;
  /** Calls `wake` when there may be news. Returns what ends it. */
  watch(operationId: string, wake: () => void): () => void;
  /**
   * Where it keeps what goes to sinks. Without one, an emitter takes no sinks: what is published
   * must be as durable as the event.
   */
  readonly outbox?: OutboxPlace;
}
