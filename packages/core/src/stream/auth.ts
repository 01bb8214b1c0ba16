import type { Clock } from '../client/environment.ts';
import { NftUpgradeError } from '../errors/error.ts';
import { linkAbort, orAborted } from './abort.ts';

/**
 * Why a token is asked for. `unauthorized`: the last one was refused, so a cached one is of no use.
 */
export type TokenReason = 'start' | 'reconnect' | 'unauthorized' | 'command';

/** Gives the bearer token for one attempt, or null to send none (cookies). */
export type GetToken = (request: {
  reason: TokenReason;
  signal: AbortSignal;
}) => Promise<string | null> | string | null;

export interface Auth {
  /** True when a refused token can be replaced. */
  readonly refreshable: boolean;
  /**
   * Value of the Authorization header, or null. @throws NftUpgradeError `aborted`, and
   * `connection_lost` when the host gives no token: only an answer says that one is refused
   */
  authorization(reason: TokenReason, signal: AbortSignal): Promise<string | null>;
}

/**
 * RFC 6750, plus what proprietary tokens hold: visible characters. A line break would make `fetch`
 * throw with the token in its message.
 */
const TOKEN = /^[\x21-\x7e]+$/;

export function createAuth(
  getToken: GetToken | undefined,
  clock: Clock,
  tokenMs: number,
  closed: AbortSignal,
): Auth {
  /** Many operations meet the same 401 at once: they share one refresh. */
  let refreshing: Promise<string | null> | null = null;

  const ask = async (reason: TokenReason, signal: AbortSignal): Promise<string | null> => {
    if (!getToken) return null;
    const link = linkAbort(signal, clock, tokenMs);
    let token: unknown;
    try {
      token = await orAborted(
        Promise.resolve(getToken({ reason, signal: link.signal })),
        link.signal,
      );
    } catch (thrown) {
      if (signal.aborted) throw new NftUpgradeError('aborted');
      // Without the cause: errors of HTTP libraries carry the request, and with it the refresh
      // token.
      const problem = link.signal.aborted ? 'token_late' : 'token_failed';
      throw new NftUpgradeError('connection_lost', {
        details: { problem, name: thrown instanceof Error ? thrown.name : typeof thrown },
      });
    } finally {
      link.unlink();
    }
    if (token === null) return token;
    if (typeof token === 'string' && TOKEN.test(token)) return `Bearer ${token}`;
    throw new NftUpgradeError('connection_lost', { details: { problem: 'token' } });
  };

  return {
    refreshable: getToken !== undefined,
    authorization(reason, signal) {
      if (reason !== 'unauthorized') return ask(reason, signal);
      refreshing ??= ask(reason, closed).finally(() => {
        refreshing = null;
      });
      return orAborted(refreshing, signal);
    },
  };
}
