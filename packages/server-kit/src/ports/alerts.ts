import type { SupportBundle } from '../engine/obligations/support-bundle.ts';
import type { CallOptions } from './call.ts';
import type { Funds } from './chain.ts';

/** What operators have to look at. */
export interface Alert {
  /** Tells repeats apart. */
  id: string;
  operationId: string;
  severity: 'critical' | 'warning';
  summary: string;
  /** The case without anything secret or personal: fit for a ticket. */
  bundle: SupportBundle;
  evidence: Readonly<Record<string, unknown>>;
}

/** The funds of the authority that pays for mints. */
export interface AuthorityAlert extends Funds {
  /** Lamports below which an alert goes out. */
  leastLamports: number;
  /** False for the news that it is filled up again. */
  isLow: boolean;
}

/**
 * Calls people. Fed through the outbox, so that an alert survives a crash; a throw or a hang never
 * touches an operation.
 */
export interface Alerts {
  /** Tells people. What it throws is reported, and the operation goes on. */
  alert(alert: Alert, options?: CallOptions): Promise<void>;
  /**
   * The mint authority runs low, or is filled up again: once each, whatever the number of nodes. A
   * throw is reported to `onError`, and the next look sends it again.
   */
  authority?(alert: AuthorityAlert, options?: CallOptions): Promise<void>;
}
