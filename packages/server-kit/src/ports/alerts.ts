import type { SupportBundle } from '../engine/debts/support-bundle.ts';

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

/** Calls people. Fed through the outbox, so that an alert survives a crash; a throw or a hang never touches an operation. */
export interface Alerts {
  alert(alert: Alert): Promise<void>;
}
