import type { NftUpgradeError } from '../errors/error.ts';

/**
 * Where the connection to an operation stands. It says nothing about the operation: that goes on at
 * the server whatever happens here.
 *
 * - `idle`: nothing was asked for yet
 * - `connecting`: the first attempt is under way
 * - `live`: frames arrive
 * - `reconnecting`: waits for the next attempt, or makes it
 * - `polling`: streaming does not work here for now; the log is read page by page
 * - `offline`: the device says it has no network
 * - `auth_required`: a fresh token was refused too; tried again in a slow schedule, when the user
 *   comes back, and by `retry()`
 * - `gave_up`: many attempts have failed; tried again in the same way. Without `nextRetryAt` trying
 *   again cannot help, and only `retry()` does
 * - `closed`: the operation has ended, was refused, or was detached
 */
export type ConnectionState =
  | 'idle'
  | 'connecting'
  | 'live'
  | 'reconnecting'
  | 'polling'
  | 'offline'
  | 'auth_required'
  | 'gave_up'
  | 'closed';

/** Why the connection is where it is. */
export type ConnectionReason =
  /** The stream ended without a terminal event: cut, or rolled by the server. */
  | 'cut'
  /** No answer: refused, reset, no route, no DNS. */
  | 'network'
  /** No answer in time, or silence for longer than the heartbeat allows. */
  | 'silent'
  /** An event is missing; the log is read again from the cursor. */
  | 'gap'
  /** What came is not of this protocol. */
  | 'protocol'
  /** Client and server speak different versions. */
  | 'protocol_unsupported'
  /** Something on the way answered in place of the server: a proxy, a login page, a cache. */
  | 'intermediary'
  /** The host gave no token: its provider failed, was late, or gave something else. */
  | 'token'
  /** The server asked to wait (429, 503). */
  | 'busy'
  /** The server failed (5xx). */
  | 'server'
  /** The server refused (4xx). */
  | 'refused'
  | 'not_found'
  /** Something on the way holds frames back, so the log is polled. */
  | 'buffered'
  /** The runtime or something on the way cannot stream, so the log is polled. */
  | 'streaming_unavailable'
  /** As many streams are open as leave room for commands, so the log is polled. */
  | 'connection_limit'
  /** Nobody looks at the page, so the log is polled. */
  | 'hidden'
  /** The server has lost the operation; the one it has for the same NFT is followed. */
  | 'superseded'
  | 'offline'
  | 'unauthenticated'
  /** The operation has ended. */
  | 'ended'
  /** `detach()`, `close()` or an aborted signal. */
  | 'detached';

/** The connection axis of an operation. */
export interface Connection {
  readonly state: ConnectionState;
  /** Attempts without progress so far; 0 when all is well. */
  readonly attempt: number;
  readonly reason: ConnectionReason | null;
  /** What failed last, where something did. */
  readonly error: NftUpgradeError | null;
  /** When the next attempt is made, milliseconds since the epoch by the client's clock. */
  readonly nextRetryAt: number | null;
}

export const idleConnection: Connection = Object.freeze({
  state: 'idle',
  attempt: 0,
  reason: null,
  error: null,
  nextRetryAt: null,
});
