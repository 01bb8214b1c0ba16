import { type ErrorContext, isCode, NftUpgradeError } from '../errors/error.ts';
import type { Connection } from './connection.ts';

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
  | { readonly kind: 'connection'; readonly connection: Connection; readonly cursor: number };

/** As text: an error, or whatever a newer version puts in a message, can then always be sent. */
export const writeTabMessage = (message: TabMessage): string => JSON.stringify(message);

/** Null for what is none: another version of this package may live in the other tab. */
export function readTabMessage(data: unknown): TabMessage | null {
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
    return {
      kind: 'connection',
      cursor,
      connection: Object.freeze({ ...message.connection, error: error && readError(error) }),
    };
  } catch {
    return null;
  }
}

function readError(json: ErrorContext & { code?: unknown }): NftUpgradeError {
  return new NftUpgradeError(isCode(json.code) ? json.code : 'internal', json);
}
