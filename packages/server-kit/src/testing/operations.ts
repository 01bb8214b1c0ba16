import {
  type AnyProcess,
  foldAll,
  NftUpgradeError,
  nextEvent,
  type OperationEvent,
  type Processes,
  type Snapshot,
  processes as standardProcesses,
} from '@aiw3/nft-upgrade/protocol';
import type { OperationQuery, Operations, StartRequest } from '../http/operations.ts';

/** Options of `memoryOperations`. */
export interface MemoryOperationsOptions {
  /** Default: upgrade, claim and badge activation. */
  processes?: Processes;
  /**
   * What two starts of one principal must share to be one operation. Default: the process, so that
   * a user has one live operation of each.
   */
  subject?(request: StartRequest): string;
  /** Server time, milliseconds since the epoch. Default: the system's. */
  now?(): number;
}

/** Methods that can be made to fail. */
export type MemoryMethod =
  | 'start'
  | 'active'
  | 'snapshot'
  | 'events'
  | 'confirmBurn'
  | 'renewBurn'
  | 'cancel'
  | 'retry';

/** The engine's port over logs in memory, which a test writes. */
export interface MemoryOperations extends Operations {
  /**
   * Appends the next event of an operation and wakes its readers. With `silent` nobody is woken, as
   * when a notification was lost.
   * @throws NftUpgradeError `illegal_transition`, `invalid_event`, `operation_ended`, `not_found`
   */
  append(
    operationId: string,
    status: string,
    payload?: object,
    options?: { silent?: boolean },
  ): OperationEvent;
  /** Makes the next calls of a method reject, one for each error. */
  fail(method: MemoryMethod, ...errors: unknown[]): void;
  /** How often a method was called. */
  calls(method: MemoryMethod): number;
  /** Readers that wait for news. */
  readonly watchers: number;
}

interface MemoryEntry {
  readonly process: AnyProcess;
  readonly principalId: string;
  readonly subject: string;
  readonly events: OperationEvent[];
  snapshot: Snapshot;
}

interface Key {
  readonly operationId: string;
  readonly request: string;
}

const signature =
  '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW';

/**
 * The port between HTTP and engine, in memory: what `createHandler` serves, without a database, a
 * chain or rules. A test writes the log itself.
 * @example
 * const operations = memoryOperations(); const handler = createHandler(operations, { authenticate:
 * async () => ({ id: 'alice' }) }); const { snapshot } = await operations.start({ process: 'claim',
 * principal: { id: 'alice' }, input: {}, idempotencyKey: null });
 * operations.append(snapshot.operationId, 'error', { error: 'Not today.', code: 'internal',
 * retryable: false, actor: 'operator' });
 */
export function memoryOperations(options: MemoryOperationsOptions = {}): MemoryOperations {
  const processes: Processes = options.processes ?? standardProcesses;
  const now = () => options.now?.() ?? Date.now();
  const subjectOf = (request: StartRequest) => options.subject?.(request) ?? request.process;
  const entries = new Map<string, MemoryEntry>();
  const keys = new Map<string, Key>();
  const wakes = new Map<string, Set<() => void>>();
  const faults = new Map<MemoryMethod, unknown[]>();
  const counts = new Map<MemoryMethod, number>();

  const called = (method: MemoryMethod) => {
    counts.set(method, (counts.get(method) ?? 0) + 1);
    const queued = faults.get(method);
    if (queued && queued.length > 0) throw queued.shift();
  };

  const owned = ({ process, operationId, principal }: OperationQuery): MemoryEntry => {
    const entry = entries.get(operationId);
    if (entry?.process.name !== process || entry.principalId !== principal.id)
      throw new NftUpgradeError('not_found', { operationId });
    return entry;
  };

  const append = (
    entry: MemoryEntry,
    status: string,
    payload: object,
    silent = false,
  ): OperationEvent => {
    const { operationId } = entry.snapshot;
    const event = nextEvent(entry.process, entry.snapshot, status, payload, {
      operationId,
      at: new Date(now()),
    });
    entry.events.push(event);
    entry.snapshot = foldAll(entry.process, [event], entry.snapshot) ?? entry.snapshot;
    if (!silent) for (const wake of wakes.get(operationId) ?? []) wake();
    return event;
  };

  const create = (
    { process: name, principal, input }: StartRequest,
    about: string,
  ): MemoryEntry => {
    const process = processes[name];
    if (!process) throw new NftUpgradeError('unknown_process', { details: { process: name } });
    const operationId = `${process.idPrefix}_${entries.size + 1}`;
    const at = new Date(now());
    const event = nextEvent(
      process,
      null,
      process.initial,
      { version: process.version, input },
      { operationId, at },
    );
    const snapshot = foldAll(process, [event]);
    if (!snapshot) throw new NftUpgradeError('internal');
    const entry: MemoryEntry = {
      process,
      principalId: principal.id,
      subject: about,
      events: [event],
      snapshot,
    };
    entries.set(operationId, entry);
    return entry;
  };

  return {
    processes,
    async start(request) {
      called('start');
      const { principal, process, input, idempotencyKey } = request;
      const key = idempotencyKey === null ? null : `${principal.id} ${idempotencyKey}`;
      const same = JSON.stringify([process, input]);
      const known = key === null ? undefined : keys.get(key);
      if (known && known.request !== same)
        throw new NftUpgradeError('idempotency_conflict', { operationId: known.operationId });
      const about = subjectOf(request);
      const earlier =
        (known && entries.get(known.operationId)) ??
        [...entries.values()].find(
          (one) =>
            one.principalId === principal.id && one.subject === about && !one.snapshot.terminal,
        );
      const entry = earlier ?? create(request, about);
      if (key !== null) keys.set(key, { operationId: entry.snapshot.operationId, request: same });
      return { snapshot: entry.snapshot, attached: earlier !== undefined };
    },
    async active({ process, principal }) {
      called('active');
      return [...entries.values()]
        .filter(
          (one) =>
            one.process.name === process &&
            one.principalId === principal.id &&
            !one.snapshot.terminal,
        )
        .map(({ snapshot }) => snapshot)
        .reverse();
    },
    async snapshot(query) {
      called('snapshot');
      return owned(query).snapshot;
    },
    async events({ after, limit = 500, ...query }) {
      called('events');
      return owned(query).events.slice(after, after + limit);
    },
    watch(operationId, wake) {
      const waiting = wakes.get(operationId) ?? new Set();
      wakes.set(operationId, waiting.add(wake));
      return () => {
        waiting.delete(wake);
        if (waiting.size === 0 && wakes.get(operationId) === waiting) wakes.delete(operationId);
      };
    },
    async confirmBurn({ confirmation, ...query }) {
      called('confirmBurn');
      const entry = owned(query);
      const burnTxSignature =
        'burnTxSignature' in confirmation ? confirmation.burnTxSignature : signature;
      if (entry.snapshot.status === 'awaiting_burn')
        append(entry, 'verifying_burn', { burnTxSignature, commitment: 'none' });
      else if (entry.snapshot.status !== 'verifying_burn')
        throw refusal('burn_not_expected', entry);
      return { burnTxSignature, snapshot: entry.snapshot };
    },
    async renewBurn(query) {
      called('renewBurn');
      const entry = owned(query);
      if (entry.snapshot.status !== 'awaiting_burn') throw refusal('burn_not_expected', entry);
      append(entry, 'awaiting_burn', entry.snapshot.now);
      return entry.snapshot;
    },
    async cancel(query) {
      called('cancel');
      const entry = owned(query);
      if (!entry.process.statuses[entry.snapshot.status]?.to.includes('cancelled'))
        throw refusal('cancel_refused', entry);
      append(entry, 'cancelled', {});
      return entry.snapshot;
    },
    async retry(query) {
      called('retry');
      const entry = owned(query);
      if (entry.snapshot.status !== 'recovering') throw refusal('retry_refused', entry);
      append(
        entry,
        entry.snapshot.now.step === 'mint' ? 'minting_new_nft' : 'uploading_metadata',
        {},
      );
      return entry.snapshot;
    },
    append(operationId, status, payload = {}, { silent } = {}) {
      const entry = entries.get(operationId);
      if (!entry) throw new NftUpgradeError('not_found', { operationId });
      return append(entry, status, payload, silent);
    },
    fail: (method, ...errors) =>
      void faults.set(method, [...(faults.get(method) ?? []), ...errors]),
    calls: (method) => counts.get(method) ?? 0,
    get watchers() {
      return [...wakes.values()].reduce((sum, waiting) => sum + waiting.size, 0);
    },
  };
}

const refusal = (
  code: 'burn_not_expected' | 'cancel_refused' | 'retry_refused',
  { snapshot: { operationId, asset, status } }: MemoryEntry,
) => new NftUpgradeError(code, { operationId, asset, details: { status } });
