import { type ErrorContext, isCode, NftUpgradeError } from '../errors/error.ts';
import type { Connection } from './connection.ts';

/**
 * Version of what tabs say to each other. It is part of the names of their lock and channel: a tab
 * with another version of this package has a connection of its own.
 */
const TABS_VERSION = 2;

/** Name of the lock and of the channel for one operation. */
export const tabsName = (operationId: string): string =>
  `aiw3-nft-upgrade:follow:${TABS_VERSION}:${operationId}`;

/**
 * What tabs broadcast about one operation. All but `hello` and `poke` come from the tab
 * that has the connection.
 */
export type TabMessage =
  | { readonly kind: 'hello' | 'poke' }
  /**
   * A chunk came, with these events, not yet checked here. `cursor`: the last event that went
   * before.
   */
  | {
      readonly kind: 'chunk';
      readonly events: readonly unknown[];
      readonly heartbeatMs: number;
      readonly cursor: number;
    }
  /** `waitMs`: until the next attempt. A duration: clocks of two tabs need not agree. */
  | {
      readonly kind: 'connection';
      readonly connection: Connection;
      readonly waitMs: number | null;
      readonly cursor: number;
    };

/** As text: an error, or whatever a newer version puts in a message, can then always be sent. */
export const writeTabMessage = (message: TabMessage): string => JSON.stringify(message);

/** Null for what is none. @param now milliseconds, by the clock of this tab */
export function readTabMessage(data: unknown, now: number): TabMessage | null {
  try {
    const message = JSON.parse(String(data)) as TabMessage & {
      connection: Connection & { error: object | null };
    };
    if (message.kind === 'hello' || message.kind === 'poke') return message;
    if (message.kind === 'chunk')
      return Array.isArray(message.events) && message.heartbeatMs > 0 ? message : null;
    if (message.kind !== 'connection' || typeof message.connection.state !== 'string') return null;
    const { error } = message.connection;
    const { cursor } = message;
    const waitMs = message.waitMs === null ? null : Math.max(0, Number(message.waitMs) || 0);
    return {
      kind: 'connection',
      cursor,
      waitMs,
      connection: Object.freeze({
        ...message.connection,
        error: error && readError(error),
        nextRetryAt: waitMs === null ? null : now + waitMs,
      }),
    };
  } catch {
    return null;
  }
}

function readError(json: ErrorContext & { code?: unknown }): NftUpgradeError {
  return new NftUpgradeError(isCode(json.code) ? json.code : 'internal', json);
}

/** States in which a tab has no connection and does not know when it will have one. */
export const isStuckState = (state: Connection['state']): boolean =>
  state === 'gave_up' || state === 'auth_required' || state === 'offline';
