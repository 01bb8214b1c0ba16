import type { Snapshot } from '@aiw3/nft-upgrade/protocol';

/** Something other systems want to know. Delivered at least once; `id` tells repeats apart. */
export interface Publication {
  id: string;
  /** `nft_upgraded`, `nft_claimed`, `badge_activated`, `operation_needs_attention`, … */
  topic: string;
  operationId: string;
  data: Readonly<Record<string, unknown>>;
}

/** Where publications go: Kafka, a webhook, a cache that has to be cleared. A throw or a hang never touches the operation; the outbox tries again. */
export interface Publisher {
  publish(publication: Publication): Promise<void>;
}

/** Calls people. Fed through the outbox as well, so that an alert survives a crash. */
export interface Alerts {
  alert(alert: {
    id: string;
    operationId: string;
    severity: 'critical' | 'warning';
    summary: string;
    snapshot: Snapshot;
    evidence: Readonly<Record<string, unknown>>;
  }): Promise<void>;
}
