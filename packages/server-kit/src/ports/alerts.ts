import type { Snapshot } from '@aiw3/nft-upgrade/protocol';

export interface Alert {
  /** Tells repeats apart. */
  id: string;
  operationId: string;
  severity: 'critical' | 'warning';
  summary: string;
  snapshot: Snapshot;
  evidence: Readonly<Record<string, unknown>>;
}

/** Calls people. Fed through the outbox, so that an alert survives a crash; a throw or a hang never touches an operation. */
export interface Alerts {
  alert(alert: Alert): Promise<void>;
}
