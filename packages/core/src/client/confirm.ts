import { isNftUpgradeError } from '../errors/error.ts';
import type { Snapshot } from '../machine/types.ts';
import type { Pause } from '../stream/pause.ts';
import { isDefinite } from '../stream/policy.ts';
import type { Limits, Timing } from '../stream/timing.ts';

export interface ConfirmContext {
  snapshot(): Snapshot | null;
  readonly pause: Pause;
  random(): number;
  readonly timing: Timing;
  readonly limits: Limits;
}

interface Confirmed {
  burnTxSignature: string;
}

/**
 * Hands a signed burn to the server until it answers. The same bytes have the same signature, so a
 * repeat does no harm; when the log already shows the burn, the server found it without us. @throws
 * NftUpgradeError the last failure
 */
export async function confirmBurn(
  attempt: () => Promise<Confirmed>,
  context: ConfirmContext,
): Promise<Confirmed> {
  const { timing, limits } = context;
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (thrown) {
      const seen = seenBurn(context.snapshot());
      if (seen !== null) return { burnTxSignature: seen };
      if (failures >= limits.confirmAttempts || !isTransient(thrown)) throw thrown;
      const retryAfter =
        isNftUpgradeError(thrown) && typeof thrown.details.retryAfterMs === 'number'
          ? Math.min(thrown.details.retryAfterMs, timing.maxRetryAfterMs)
          : 0;
      const window = Math.min(timing.maxDelayMs, timing.baseDelayMs * 2 ** (failures - 1));
      await context.pause.wait(retryAfter + context.random() * window);
    }
  }
}

/** No answer, or one by which nothing was decided. */
function isTransient(thrown: unknown): boolean {
  if (!isNftUpgradeError(thrown)) return false;
  if (
    ['connection_lost', 'invalid_frame', 'frame_too_large', 'invalid_event'].includes(thrown.code)
  )
    return true;
  const { status } = thrown.details;
  return typeof status === 'number' && status !== 401 && !isDefinite(status);
}

function seenBurn(snapshot: Snapshot | null): string | null {
  const signature = snapshot?.now.burnTxSignature ?? snapshot?.facts.burnTxSignature;
  return typeof signature === 'string' ? signature : null;
}
