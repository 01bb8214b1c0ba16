import { randomUUID } from 'node:crypto';
import {
  type AnyProcess,
  type InputOf,
  NftUpgradeError,
  routesOf,
  type Snapshot,
  processes as standardProcesses,
} from '@aiw3/nft-upgrade/protocol';
import { type NodeRequest, type NodeResponse, serveNode } from '../adapters/node.ts';
import { createHandler, type Handler } from '../http/handler.ts';
import type { Principal } from '../http/operations.ts';
import { type HandlerOptions, systemClock } from '../http/options.ts';
import type { Sink } from '../ports/sink.ts';
import type { ProcessName, ProcessTable, StandardProcesses } from '../processes.ts';
import type { Outbox } from '../publish/deliveries.ts';
import { createLogger } from '../telemetry/log.ts';
import { createTelemetry } from '../telemetry/telemetry.ts';
import type { Journal } from './journal.ts';
import { memoryJournal } from './memory-journal.ts';
import { createEmitterOperation, type EmitterOperation, readSnapshot } from './operation.ts';
import { createEmitterOperations, type Opening, type RenewQuery } from './operations.ts';
import { createPublishing } from './publishing.ts';
import type { SignalName, SignalValue } from './signals.ts';

/** Options of `createEmitter`. */
export interface EmitterOptions<P extends ProcessTable = StandardProcesses>
  extends Omit<HandlerOptions, 'authenticate'> {
  /** Who sends a request that comes without a principal from the host. Default: nobody. */
  authenticate?: HandlerOptions['authenticate'];
  /**
   * Where the events are kept. Default: `memoryJournal()`, which forgets them when the process
   * ends.
   */
  journal?: Journal;
  /** Definitions by name. Default: upgrade, claim and badge activation. */
  processes?: P;
  /**
   * Who is notified of events, through an outbox, as by the engine: at least once, in order, each
   * at its own pace. They need a journal that has one: `databaseJournal`. Every node should have
   * the same ones: what a node emits, it emits for the sinks it knows. Default: nobody.
   */
  sinks?: readonly Sink[];
  /**
   * Asked by `POST …/burn-transaction` for a transaction in place of one that can no longer land.
   * Ask the chain, not the client: null while the earlier one may still land. What it gives is
   * emitted as the payload of the status that waits for the burn. Default: always null, so that the
   * host's own code emits it.
   */
  renewBurn?(query: RenewQuery): Promise<Readonly<Record<string, unknown>> | null>;
  /** @deprecated It is `renewBurn`. */
  reissueBurn?(query: RenewQuery): Promise<Readonly<Record<string, unknown>> | null>;
}

/** What an operation is opened with. */
export interface OpenOptions<P extends ProcessTable, K extends ProcessName<P>> {
  /** Name of the process. */
  process: K;
  /** The caller, as the host has authenticated it. */
  principal: Principal;
  /** Input of the process. Default: the body of the request. */
  input?: InputOf<P[K]>;
  /**
   * Id of the operation, should it be a new one: letters, digits, `_` and `-`. Default: made by the
   * emitter.
   */
  operationId?: string;
  /**
   * What two starts of a principal must share to be one operation. Default: the process, so that a
   * user has one live operation of each.
   */
  subject?: string;
}

/**
 * An answer, and the operation that is to be run: null when the request was refused, or shows an
 * operation that is running already.
 */
export interface Opened<P extends AnyProcess> {
  readonly response: Response;
  readonly operation: EmitterOperation<P> | null;
}

/** The protocol for a controller of your own: a typed, validated stream that can be resumed. */
export interface Emitter<P extends ProcessTable = StandardProcesses> {
  /**
   * Answers a start request with the stream of its operation. Resolves with the operation as soon
   * as the stream stands, and with null when there is nothing to run: the request was refused, with
   * a problem, or joined an operation that is running (the same Idempotency-Key, a double click, a
   * second tab). The operation goes on when its client leaves. @throws NftUpgradeError
   * `invalid_option`, `unknown_process` before anything is written
   * @example
   * const operation = await emitter.open(req, res, { process: 'upgrade', principal: { id:
   * req.user.id } }); if (!operation) return;
   */
  open<K extends ProcessName<P>>(
    req: NodeRequest,
    res: NodeResponse,
    options: OpenOptions<P, K>,
  ): Promise<EmitterOperation<P[K]> | null>;
  /** The same for servers that speak `Request` and `Response`. */
  respond<K extends ProcessName<P>>(
    request: Request,
    options: OpenOptions<P, K>,
  ): Promise<Opened<P[K]>>;
  /**
   * Serves every other route: the log and its resumption, snapshots, confirm-burn, cancel, retry,
   * health.
   */
  serve(
    req: NodeRequest,
    res: NodeResponse,
    caller?: { principal: Principal | null },
  ): Promise<void>;
  /** The same for servers that speak `Request` and `Response`. */
  fetch(request: Request, caller?: { principal: Principal | null }): Promise<Response>;
  /** Tells an operation something, from any node. @throws NftUpgradeError `not_found` */
  signal<N extends SignalName>(operationId: string, name: N, value: SignalValue<N>): Promise<void>;
  /**
   * A handle on an operation that was opened before: after a restart, or from another part of the
   * host. @throws NftUpgradeError `not_found`
   */
  operation<K extends ProcessName<P>>(
    process: K,
    operationId: string,
  ): Promise<EmitterOperation<P[K]>>;
  /** Connections: `drain`, `stats`, `health`. */
  readonly handler: Handler;
  /**
   * What was delivered to sinks, what could not be, and how to send it again. Null without sinks.
   */
  readonly outbox: Outbox | null;
  /** Stops notifying sinks and releases them. The next process delivers what is left. */
  stop(): Promise<void>;
}

/**
 * A typed, validated, resumable stream for a host that runs its operations with code of its own.
 * @throws NftUpgradeError `invalid_option`
 */
export function createEmitter<const P extends ProcessTable = StandardProcesses>(
  options: EmitterOptions<P> = {},
): Emitter<P> {
  const {
    journal = memoryJournal(),
    processes: given = standardProcesses,
    sinks = [],
    reissueBurn: former,
    renewBurn = former,
    ...served
  } = options;
  const { clock = systemClock, authenticate } = served;
  const processes: ProcessTable = given;
  const callers = new WeakMap<Request, Principal | null>();
  const openings = new WeakMap<Principal, Opening>();
  const telemetry = createTelemetry(options.telemetry);
  const log = createLogger(options.log);
  const processOf = (name: string): AnyProcess => {
    const process = Object.hasOwn(processes, name) ? processes[name] : undefined;
    if (!process) {
      const known = Object.keys(processes).join(', ');
      throw new NftUpgradeError('unknown_process', {
        message: `No process is called ${name}. Known: ${known}.`,
      });
    }
    return process;
  };
  const onError = (error: unknown) => {
    log.failure('Something went wrong and was dealt with.', error);
    try {
      options.onError?.(error);
    } catch {
      // A log that throws must not touch an operation.
    }
  };
  const publishing = createPublishing({
    journal,
    sinks,
    processOf,
    telemetry,
    log,
    onError,
  });
  const handle = <K extends AnyProcess>(
    process: AnyProcess,
    snapshot: Snapshot,
    traceparent: string | null,
  ) =>
    createEmitterOperation<K>({
      journal,
      process,
      snapshot,
      traceparent,
      clock,
      telemetry,
      publishing,
    });
  const operations = createEmitterOperations({
    journal,
    processes,
    clock,
    openings,
    telemetry,
    renewBurn: async (query) => (await renewBurn?.(query)) ?? null,
    emit: ({ process, traceparent = null }, snapshot, status, payload) =>
      handle(processOf(process), snapshot, traceparent).emit(status, payload),
  });
  const handler = createHandler(operations, {
    ...served,
    clock,
    authenticate: async (request) => {
      const caller = callers.get(request);
      return caller === undefined ? ((await authenticate?.(request)) ?? null) : caller;
    },
  });

  const respond = async <K extends ProcessName<P>>(
    request: Request,
    given: OpenOptions<P, K>,
  ): Promise<Opened<P[K]>> => {
    const process = check(given);
    const {
      subject = process.name,
      operationId = `${process.idPrefix}_${randomUUID().replaceAll('-', '')}`,
    } = given;
    // Of its own, so that two opens of one user at once are told apart.
    const principal = { ...given.principal };
    const opening: Opening = { operationId, subject, started: null, traceparent: null };
    openings.set(principal, opening);
    const start = startRequest(request, routesOf(process, options.basePath).start, given.input);
    callers.set(start, principal);
    const response = await handler.fetch(start);
    const { started, traceparent } = opening;
    const operation =
      started && !started.attached ? handle<P[K]>(process, started.snapshot, traceparent) : null;
    return { response, operation };
  };

  const check = ({
    process,
    principal,
    operationId,
  }: OpenOptions<P, ProcessName<P>>): AnyProcess => {
    if (typeof principal?.id !== 'string' || principal.id === '') {
      throw new NftUpgradeError('invalid_option', {
        message: 'emitter.open needs principal: { id }, the user your server has authenticated.',
      });
    }
    if (operationId !== undefined && !/^[\w-]{1,128}$/.test(operationId)) {
      throw new NftUpgradeError('invalid_option', {
        message: 'operationId may hold letters, digits, _ and -, at most 128.',
      });
    }
    return processOf(process);
  };

  const fetch: Emitter<P>['fetch'] = async (request, caller) => {
    if (caller) callers.set(request, caller.principal);
    return handler.fetch(request);
  };
  const report = options.onError ? { onError: options.onError } : {};

  return {
    respond,
    async open(req, res, given) {
      check(given);
      return new Promise((resolve) => {
        // The stream goes on long after the operation is in the host's hands.
        const served = serveNode(
          req,
          res,
          async (request) => {
            const { response, operation } = await respond(request, given);
            resolve(operation);
            return response;
          },
          report,
        );
        void served.then(() => resolve(null));
      });
    },
    fetch,
    serve: (req, res, caller) => serveNode(req, res, (request) => fetch(request, caller), report),
    signal: (operationId, name, value) => journal.signal(operationId, name, value),
    async operation<K extends ProcessName<P>>(name: K, operationId: string) {
      const process = processOf(name);
      const entry = await journal.find(operationId);
      if (entry?.process !== process.name) throw new NftUpgradeError('not_found', { operationId });
      return handle<P[K]>(
        process,
        await readSnapshot(journal, process, operationId),
        entry.traceparent ?? null,
      );
    },
    handler,
    outbox: publishing.outbox,
    stop: () => publishing.stop(),
  };
}

/** The host may have its own address for the start; the rules of the protocol are those of ours. */
function startRequest(request: Request, path: string, input: unknown): Request {
  const headers = new Headers(request.headers);
  if (input !== undefined) {
    headers.set('content-type', 'application/json');
    headers.delete('content-length');
  }
  const body = input === undefined ? request.body : JSON.stringify(input);
  return new Request(new URL(path, request.url), {
    method: 'POST',
    headers,
    signal: request.signal,
    ...(body !== null && { body, duplex: 'half' }),
  });
}
