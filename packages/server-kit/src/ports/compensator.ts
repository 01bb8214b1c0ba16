import type { CallOptions } from './call.ts';

/** An obligation that an operator decided to settle in another way than by the NFT. */
export interface Compensation {
  /** Idempotency key: settling the same id again must change nothing. */
  compensationId: string;
  operationId: string;
  process: string;
  principal: { id: string; wallet?: string };
  /** What is known about the obligation: burn, error, since when. */
  evidence: Readonly<Record<string, unknown>>;
}

/** How obligations are settled where the NFT cannot be delivered: a refund, a replacement. */
export interface Compensator {
  /**
   * Resolves once it is settled, with what kind it was: `refund`, `replacement`, … May be called
   * again after a crash.
   */
  settle(compensation: Compensation, options?: CallOptions): Promise<{ kind: string }>;
}
