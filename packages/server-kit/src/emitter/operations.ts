import { createHash } from 'node:crypto';
import type { Clock } from '@aiw3/nft-upgrade';
import {
  type Action,
  actionsOf,
  type ConfirmBurn,
  type ErrorCode,
  foldAll,
  NftUpgradeError,
  nextEvent,
  type Processes,
  type Snapshot,
} from '@aiw3/nft-upgrade/protocol';
import { decodeBase64, firstSignature, maxTransactionBytes } from '@aiw3/nft-upgrade/solana';
import type {
  OperationQuery,
  Operations,
  Principal,
  Started,
  StartRequest,
} from '../http/operations.ts';
import { traceCommands } from '../telemetry/commands.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Journal, JournalEntry } from './journal.ts';
import { readSnapshot } from './operation.ts';

/** What `open` says about a start beyond what is in the request. */
export interface Opening {
  readonly operationId: string;
  readonly subject: string;
  /** Filled in by the start. */
  started: Started | null;
  /** W3C trace context that the operation remembers; filled in by the start. */
  traceparent: string | null;
}

/** What a host says about a transaction that may be dead. */
export interface RenewQuery {
  /** Name of the process. */
  readonly process: string;
  readonly principal: Principal;
  readonly snapshot: Snapshot;
}

/** @deprecated It is `RenewQuery`. */
export type ReissueQuery = RenewQuery;

export interface EmitterOperationsOptions {
  journal: Journal;
  processes: Processes;
  clock: Clock;
  /** Starts come only through `open`, which knows the caller and what the host decided. */
  openings: WeakMap<Principal, Opening>;
  telemetry: Telemetry;
  /** The payload of a fresh transaction, or null while the earlier one can still land. */
  renewBurn(query: RenewQuery): Promise<Readonly<Record<string, unknown>> | null>;
  /** Appends an event to an operation, no matter which code runs it. */
  emit(
    entry: JournalEntry,
    snapshot: Snapshot,
    status: string,
    payload: Readonly<Record<string, unknown>>,
  ): Promise<unknown>;
}

/** Signals one operation may hold: a caller who sends more is not confirming anything. */
const MAX_SIGNALS = 200;

/**
 * The engine's port over an emitter's journal: the routes read the log, and commands become signals
 * to the host's own code.
 */
export function createEmitterOperations(options: EmitterOperationsOptions): Operations {
  const { journal, processes, clock, openings, telemetry } = options;
  const traced = traceCommands(
    telemetry,
    async (operationId) => (await journal.find(operationId))?.traceparent ?? null,
  );
  const owned = async ({
    process,
    operationId,
    principal,
  }: OperationQuery): Promise<JournalEntry> => {
    const entry = await journal.find(operationId);
    if (entry?.process !== process || entry.principalId !== principal.id)
      throw new NftUpgradeError('not_found');
    return entry;
  };
  const processOf = (name: string) => {
    const process = Object.hasOwn(processes, name) ? processes[name] : undefined;
    if (!process) throw new NftUpgradeError('unknown_process', { details: { process: name } });
    return process;
  };
  const snapshot = async (query: OperationQuery): Promise<Snapshot> => {
    await owned(query);
    return readSnapshot(journal, processOf(query.process), query.operationId);
  };
  /** Hands a command over, if the operation is where it makes sense. */
  const command = async (
    query: OperationQuery,
    action: Action,
    refusal: ErrorCode,
  ): Promise<Snapshot> => {
    const before = await snapshot(query);
    if (!actionsOf(processOf(query.process), before).includes(action))
      throw refused(refusal, before);
    await send(query.operationId, action, { seq: before.seq });
    return before;
  };
  const send = async (operationId: string, name: string, value: unknown) => {
    if ((await journal.signals(operationId)).length >= MAX_SIGNALS) {
      throw new NftUpgradeError('rate_limited', { operationId, details: { retryAfterMs: 60_000 } });
    }
    await journal.signal(operationId, name, value);
  };

  return {
    processes,
    start: traced.start(async (request) => {
      const opening = openings.get(request.principal);
      if (!opening)
        throw new NftUpgradeError('method_not_allowed', {
          message: 'This server starts operations elsewhere.',
          details: { allow: ['GET', 'HEAD', 'OPTIONS'] },
        });
      const process = processOf(request.process);
      const { operationId, subject } = opening;
      const context = { operationId, at: new Date(clock.now()) };
      const first = nextEvent(
        process,
        null,
        process.initial,
        { version: process.version, input: request.input, message: 'Starting' },
        context,
      );
      const digest = digestOf(request);
      const key =
        request.idempotencyKey === null ? null : { key: request.idempotencyKey, request: digest };
      const { wallet } = request.principal;
      opening.traceparent = request.traceparent ?? null;
      const entry: JournalEntry = {
        operationId,
        process: process.name,
        principalId: request.principal.id,
        subject,
        ...(wallet !== undefined && { wallet }),
        ...(opening.traceparent !== null && { traceparent: opening.traceparent }),
      };
      const made = await journal.create(entry, first, key);
      if (key && made.request !== digest)
        throw new NftUpgradeError('idempotency_conflict', { operationId: made.operationId });
      const now = made.created ? foldAll(process, [first]) : null;
      if (made.created) telemetry.add('nft_upgrade.operations.started', { process: process.name });
      opening.started = {
        snapshot: now ?? (await readSnapshot(journal, process, made.operationId)),
        attached: !made.created,
      };
      return opening.started;
    }),
    async active({ process, principal }) {
      const ids = await journal.live(principal.id, process);
      return Promise.all(ids.map((id) => readSnapshot(journal, processOf(process), id)));
    },
    snapshot,
    async events({ after, limit = 500, ...query }) {
      await owned(query);
      return journal.read(query.operationId, after, limit);
    },
    watch: (operationId, wake) => journal.watch(operationId, wake),
    confirmBurn: traced.command(
      'confirm_burn',
      async ({ confirmation, ...query }: OperationQuery & { confirmation: ConfirmBurn }) => {
        const before = await snapshot(query);
        const burnTxSignature = signatureOf(confirmation);
        const known = (await journal.signals(query.operationId)).some(
          (one) =>
            one.name === 'burn' && JSON.stringify(one.value) === JSON.stringify(confirmation),
        );
        if (!known) {
          if (!actionsOf(processOf(query.process), before).includes('sign'))
            throw refused('burn_not_expected', before);
          await send(query.operationId, 'burn', confirmation);
        }
        return { burnTxSignature, snapshot: await snapshot(query) };
      },
    ),
    // Only the host's code knows whether the earlier transaction is dead.
    renewBurn: traced.command('reissue_burn', async (query: OperationQuery) => {
      const entry = await owned(query);
      const before = await snapshot(query);
      if (!actionsOf(processOf(query.process), before).includes('sign'))
        throw refused('burn_not_expected', before);
      const payload = await options.renewBurn({
        process: query.process,
        principal: query.principal,
        snapshot: before,
      });
      if (payload === null) throw refused('burn_still_valid', before);
      await options.emit(entry, before, before.status, payload);
      return snapshot(query);
    }),
    cancel: traced.command('cancel', (query: OperationQuery) =>
      command(query, 'cancel', 'cancel_refused'),
    ),
    retry: traced.command('retry', (query: OperationQuery) =>
      command(query, 'retry', 'retry_refused'),
    ),
  };
}

const refused = (code: ErrorCode, { operationId, asset, status }: Snapshot) =>
  new NftUpgradeError(code, { operationId, asset, details: { status } });

const digestOf = ({ process, input }: StartRequest): string =>
  createHash('sha256')
    .update(JSON.stringify([process, Object.entries(input).sort(([a], [b]) => (a < b ? -1 : 1))]))
    .digest('base64url');

function signatureOf(confirmation: ConfirmBurn): string {
  if ('burnTxSignature' in confirmation) return confirmation.burnTxSignature;
  const bytes = decodeBase64(confirmation.signedTransaction, maxTransactionBytes);
  const signature = bytes && firstSignature(bytes);
  if (!signature) throw new NftUpgradeError('signature_missing');
  return signature;
}
