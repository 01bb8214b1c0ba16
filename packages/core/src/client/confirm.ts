import { toNftUpgradeError } from '../errors/error.ts';
import type { NftUpgradeError } from '../errors/index.ts';
import type { Snapshot } from '../machine/types.ts';
import { isVerdict } from '../stream/policy.ts';
import type { Limits, Timing } from '../stream/timing.ts';

export interface ConfirmContext {
  snapshot(): Snapshot | null;
  /** True while the burn may still arrive by being handed over. */
  awaited(): boolean;
  /** Told when the server itself has not answered so many times in a row. */
  onUnanswered(error: NftUpgradeError): void;
  /** `firm`: the server asked for it, so nothing shortens it. */
  wait(delayMs: number, firm: boolean): Promise<unknown>;
  random(): number;
  readonly timing: Timing;
  readonly limits: Limits;
}

interface Confirmed {
  burnTxSignature: string;
}

/** Milliseconds: chance alone must not make it a hammer. */
const MIN_DELAY_MS = 100;

/** Refusals that say who asks, where, or in which version, and nothing of the signed bytes. */
const notOfTheBytes: readonly unknown[] = [403, 404, 426];

/** True when the server has judged what was signed: the same bytes would be refused again. */
export const isJudged = (error: NftUpgradeError): boolean =>
  isVerdict(error) && !notOfTheBytes.includes(error.details.status);

/**
 * Hands a signed burn to the server until the server itself has judged it. The same bytes have the
 * same signature, so a repeat does no harm; when the log already shows the burn, the server found
 * it without us.
 * @param attempt called with the number of attempts before it
 * @throws NftUpgradeError the server's judgement, or the last failure once nothing is awaited
 */
export async function confirmBurn(
  attempt: (before: number) => Promise<Confirmed>,
  context: ConfirmContext,
): Promise<Confirmed> {
  const { timing, limits } = context;
  for (let before = 0; ; before++) {
    try {
      return await attempt(before);
    } catch (thrown) {
      const error = toNftUpgradeError(thrown, 'internal');
      const seen = seenBurn(context.snapshot());
      if (seen !== null) return { burnTxSignature: seen };
      if (isJudged(error) || !context.awaited()) throw error;
      if (before + 1 === limits.confirmAttempts) context.onUnanswered(error);
      const { retryAfterMs, status } = error.details;
      // What stands in front of the server does not know how long the server is away.
      const firm = error.code !== 'connection_lost' && status !== 401;
      const floor =
        firm && typeof retryAfterMs === 'number'
          ? Math.min(retryAfterMs, timing.maxRetryAfterMs)
          : 0;
      const window = Math.min(timing.maxDelayMs, timing.baseDelayMs * 2 ** Math.min(before, 20));
      const delayMs = floor + Math.max(MIN_DELAY_MS, context.random() * window);
      await context.wait(delayMs, floor > 0);
    }
  }
}

/** Signature of the burn, once the log shows one. */
export function seenBurn(snapshot: Snapshot | null): string | null {
  const signature = snapshot?.now.burnTxSignature ?? snapshot?.facts.burnTxSignature;
  return typeof signature === 'string' ? signature : null;
}
