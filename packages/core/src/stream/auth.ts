import type { Clock } from '../client/environment.ts';
import { NftUpgradeError } from '../errors/error.ts';
import { linkAbort, orAborted } from './abort.ts';

/** Why a token is asked for. `unauthorized`: the last one was refused, so a cached one is of no use. */
export type TokenReason = 'start' | 'reconnect' | 'unauthorized' | 'command';

/** Gives the bearer token for one attempt, or null to send none (cookies). */
export type GetToken = (request: { reason: TokenReason; signal: AbortSignal }) => Promise<string | null> | string | null;

export interface Auth {
  /** True when a refused token can be replaced. */
  readonly refreshable: boolean;
  /** Value of the Authorization header, or null. @throws NftUpgradeError `unauthenticated`, `invalid_option`, `aborted` */
  authorization(reason: TokenReason, signal: AbortSignal): Promise<string | null>;
}

/** RFC 6750, plus what proprietary tokens hold: visible characters. A line break would make `fetch` throw with the token in its message. */
const TOKEN = /^[\x21-\x7e]+$/;

export function createAuth(getToken: GetToken | undefined, clock: Clock, tokenMs: number, closed: AbortSignal): Auth {
  /** Many operations meet the same 401 at once: they share one refresh. */
  let refreshing: Promise<string | null> | null = null;

  const ask = async (reason: TokenReason, signal: AbortSignal): Promise<string | null> => {
    if (!getToken) return null;
    const { controller, unlink } = linkAbort(signal);
    let late = false;
    const timer = clock.setTimeout(() => {
      late = true;
      controller.abort();
    }, tokenMs);
    try {
      const token = await orAborted(Promise.resolve(getToken({ reason, signal: controller.signal })), controller.signal);
      if (token !== null && !(typeof token === 'string' && TOKEN.test(token))) {
        throw new NftUpgradeError('invalid_option', { details: { option: 'getToken', problem: 'token' } });
      }
      return token === null ? null : `Bearer ${token}`;
    } catch (thrown) {
      if (late) throw new NftUpgradeError('unauthenticated', { details: { problem: 'token_late', tokenMs } });
      if (signal.aborted) throw new NftUpgradeError('aborted');
      if (thrown instanceof NftUpgradeError && thrown.code === 'invalid_option') throw thrown;
      // Without the cause: errors of HTTP libraries carry the request, and with it the refresh token.
      throw new NftUpgradeError('unauthenticated', {
        details: { problem: 'token_failed', name: thrown instanceof Error ? thrown.name : typeof thrown },
      });
    } finally {
      clock.clearTimeout(timer);
      unlink();
    }
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
