import type {
  AnyProcess,
  ConfirmBurn,
  OperationEvent,
  Processes,
  Snapshot,
} from '@aiw3/nft-upgrade/protocol';

/** The authenticated user, as the host knows it. */
export interface Principal {
  /** Stable id of the user: owner of operations and scope of idempotency keys. */
  readonly id: string;
  /** The wallet the host has verified for this user, base58, where the process needs one. */
  readonly wallet?: string;
}

/** A start: which process, who, with what. */
export interface StartRequest {
  /** Name of the process. */
  process: string;
  principal: Principal;
  /**
   * Version of the protocol that the caller speaks: a former one begins what its pages can read and
   * sign. Default: the newest.
   */
  protocol?: number;
  /** Body of the request, already of the shape of the process. */
  input: Readonly<Record<string, unknown>>;
  /** Without a key the operation is made, but a repeat cannot attach to it. */
  idempotencyKey: string | null;
  /**
   * W3C trace context of the request; stored, so that every later step belongs to the same trace.
   */
  traceparent?: string | null;
}

/** What became of a start. */
export interface Started {
  snapshot: Snapshot;
  /** True when this start joined an operation that existed. */
  attached: boolean;
}

/**
 * What the HTTP layer needs of the engine. Every call names the principal: what belongs to another
 * one does not exist (`not_found`), so that ids cannot be probed. Calls on an operation reject with
 * `not_found` also when it belongs to another process.
 */
export interface Operations {
  readonly processes: Processes;
  /**
   * What an operation is read with whose process this node does not have in any version, as while a
   * new process is deployed; null where there is no such operation. Whose it is is not looked at.
   * Default: there are none.
   */
  foreignProcess?(operationId: string): Promise<AnyProcess | null>;
  /** @throws NftUpgradeError `idempotency_conflict`, `database_unavailable` */
  start(request: StartRequest): Promise<Started>;
  /** The caller's operations of a process that have not ended, newest first. */
  active(query: { process: string; principal: Principal }): Promise<Snapshot[]>;
  /**
   * The operation folded, for its owner. Rejects with `not_found` for everybody else.
   */
  snapshot(query: OperationQuery): Promise<Snapshot>;
  /** Events with a number above `after`, in order, at most `limit` (default 500). */
  events(query: OperationQuery & { after: number; limit?: number }): Promise<OperationEvent[]>;
  /**
   * Calls `wake` when the operation may have new events; a wake-up can be lost or needless, so
   * readers also look by themselves.
   */
  watch(operationId: string, wake: () => void): () => void;
  /**
   * @throws NftUpgradeError `burn_not_expected`, `unsafe_transaction`, `wrong_account`,
   *   `modified_beyond_policy`, `signature_missing`
   */
  confirmBurn(
    query: OperationQuery & { confirmation: ConfirmBurn },
  ): Promise<{ burnTxSignature: string; snapshot: Snapshot }>;
  /** @throws NftUpgradeError `burn_not_expected`, `burn_still_valid` */
  renewBurn(query: OperationQuery): Promise<Snapshot>;
  /** @throws NftUpgradeError `cancel_refused` */
  cancel(query: OperationQuery): Promise<Snapshot>;
  /** @throws NftUpgradeError `retry_refused` */
  retry(query: OperationQuery): Promise<Snapshot>;
}

/** Which operation, and who asks. */
export interface OperationQuery {
  process: string;
  operationId: string;
  principal: Principal;
  /** W3C trace context of the request. */
  traceparent?: string | null;
}
