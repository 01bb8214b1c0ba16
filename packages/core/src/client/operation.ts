import { NftUpgradeError } from '../errors/error.ts';
import type { AnyProcess, OperationEvent, Snapshot } from '../machine/types.ts';
import type { BurnTransaction } from '../phases/burn.ts';
import type { ConfirmBurn } from '../protocol/bodies.ts';
import type { routesOf } from '../protocol/routes.ts';
import { orAborted } from '../stream/abort.ts';
import type { StartRequest } from '../stream/attempt.ts';
import { type Connection, idleConnection } from '../stream/connection.ts';
import { type Counters, newCounters } from '../stream/counters.ts';
import type { Follow, Follower } from '../stream/follow.ts';
import { createPause } from '../stream/pause.ts';
import type { Timeline, TimelineEntry } from '../stream/timeline.ts';
import type { Limits, Timing } from '../stream/timing.ts';
import type { Transport } from '../stream/transport.ts';
import { type Api, aboutOperation, type CallOptions } from './api.ts';
import { confirmBurn } from './confirm.ts';
import { deferred } from './deferred.ts';
import type { Environment } from './environment.ts';
import type { Guard } from './guard.ts';
import { createHistory } from './history.ts';
import { createSigner, type Signed } from './sign.ts';
import { createStore } from './store.ts';
import type { WalletPort } from './wallet.ts';
import { idleWallet, type WalletStatus } from './wallet-state.ts';

/** All that is known about an operation in this client: three axes that never speak for one another. Immutable. */
export interface OperationState<S = Snapshot> {
  /** Null until the server has told it. */
  readonly id: string | null;
  readonly process: string;
  /** Server truth: the folded log. Null before the first event. */
  readonly operation: S | null;
  /** How well this client hears of it. */
  readonly connection: Connection;
  /** What the wallet reported. */
  readonly wallet: WalletStatus;
}

/** One run of a process, followed by this client. */
export interface Operation<S = Snapshot, E = OperationEvent> {
  /** Null until the server has told it; see `started`. */
  readonly id: string | null;
  readonly process: string;
  /** Resolves with the id as soon as the operation is known to exist; rejects when the start was refused, or detached before. */
  readonly started: Promise<string>;
  /**
   * Resolves with the last snapshot after a terminal event, whichever it is; look at its `status`. A cut, a lost token or a given-up connection leave it pending.
   * Rejects when the start was refused, with `detached` after `detach()`, with `aborted` when the signal of the start was aborted.
   */
  readonly done: Promise<S>;
  /** What was seen and healed so far. A copy. */
  readonly counters: Readonly<Counters>;
  /** The same object until something changes. */
  getSnapshot(): OperationState<S>;
  /** Calls the listener after changes, once for all changes of a chunk. Returns the function that ends it. */
  subscribe(listener: () => void): () => void;
  /** Every event this client receives, from the first on, each once. Ends after the terminal event; throws what `done` rejects with. */
  [Symbol.asyncIterator](): AsyncGenerator<E, void, undefined>;
  /**
   * Has the wallet sign the burn and hands it to the server. Needs the status `awaiting_burn`. A failure leaves the operation as it is.
   * @throws NftUpgradeError `burn_not_expected`, `sign_in_progress`, `wallet_not_connected`, `wrong_account`, `guard_missing`, `unsafe_transaction`,
   * `modified_beyond_policy`, `protocol_unsupported`, `aborted`, the `wallet_…` codes, or why the server did not take it
   */
  sign(options?: CallOptions): Promise<Signed>;
  /** A fresh burn transaction; the next `sign()` uses it. @throws NftUpgradeError `burn_not_expected`, `burn_still_valid` */
  renewBurn(options?: CallOptions): Promise<BurnTransaction>;
  /** Asks the server to cancel. @throws NftUpgradeError `cancel_refused` past the point of no return */
  cancel(options?: CallOptions): Promise<void>;
  /** Goes on after `gave_up` or `auth_required`; otherwise asks the server to run a waiting recovery now. @throws NftUpgradeError `retry_refused` */
  retry(options?: CallOptions): Promise<void>;
  /** Stops following. The operation goes on at the server, and what was signed is still handed over. */
  detach(): void;
  /** The same as `detach()`. */
  [Symbol.dispose](): void;
}

export interface OperationOptions {
  process: AnyProcess;
  routes: ReturnType<typeof routesOf>;
  transport: Transport;
  api: Api;
  environment: Environment;
  timing: Timing;
  limits: Limits;
  wallet: WalletPort | undefined;
  guard: Guard;
  follow: Follow;
  timeline: Timeline | undefined;
  start: StartRequest | null;
  id: string | null;
  snapshot: Snapshot | null;
  signal: AbortSignal | undefined;
  /** The start has a definite outcome: its key has served. */
  onSettled(): void;
  /** Nothing of the operation is left in this client. */
  onClosed(): void;
}

export function createOperation(options: OperationOptions): Operation {
  const { process, api, environment, timing, limits } = options;
  const counters = newCounters();
  const history = createHistory<OperationEvent>(limits.maxHistory);
  const state: OperationState = {
    id: options.id,
    process: process.name,
    operation: options.snapshot,
    connection: idleConnection,
    wallet: idleWallet,
  };
  const store = createStore<OperationState>(state, (thrown) => environment.reportError(thrown));
  const started = deferred<string>();
  const done = deferred<Snapshot>();
  let closed = false;
  let follower: Follower | null = null;
  const record = recorder(options, () => store.get().id);

  const about = (thrown: unknown) => aboutOperation(thrown, store.get().id, store.get().operation?.asset ?? null);

  const close = (error: NftUpgradeError | null) => {
    if (closed) return;
    closed = true;
    follower?.stop();
    options.signal?.removeEventListener('abort', abort);
    if (error) {
      started.reject(error);
      done.reject(error);
    }
    history.end(error ?? undefined);
    options.onClosed();
  };
  const detach = (code: 'detached' | 'aborted') => {
    if (closed) return;
    store.set({ connection: Object.freeze({ ...idleConnection, state: 'closed', reason: 'detached' }) });
    close(about(new NftUpgradeError(code)));
  };
  const abort = () => detach('aborted');

  const finish = (snapshot: Snapshot) => {
    done.resolve(snapshot);
    close(null);
  };

  const begin = (): Follower | null => {
    if (options.id !== null) started.resolve(options.id);
    if (options.snapshot?.terminal) {
      store.set({ connection: Object.freeze({ ...idleConnection, state: 'closed', reason: 'ended' }) });
      finish(options.snapshot);
      return null;
    }
    return options.follow({
      ...options,
      counters,
      record,
      onIdentified(id) {
        store.set({ id });
        options.onSettled();
        started.resolve(id);
      },
      onEvents(events, operation) {
        store.set({ operation });
        history.add(events);
      },
      onConnection(connection) {
        record?.({ kind: 'connection', connection });
        store.set({ connection });
        const { operation } = store.get();
        if (operation?.terminal && connection.state === 'closed') finish(operation);
      },
      onRefused(error) {
        options.onSettled();
        close(about(error));
      },
    });
  };
  follower = begin();

  if (options.signal?.aborted) abort();
  else if (!closed) options.signal?.addEventListener('abort', abort, { once: true });

  /** @throws NftUpgradeError why nothing is known of the operation yet, when nobody is trying to change that */
  const identity = ({ signal }: CallOptions = {}): Promise<string> => {
    const { id, connection } = store.get();
    const stuck = connection.state === 'gave_up' || connection.state === 'auth_required';
    if (id === null && stuck) return Promise.reject(connection.error ?? new NftUpgradeError('connection_gave_up'));
    return signal ? orAborted(started.promise, signal) : started.promise;
  };

  const run = async <T>(task: (id: string) => Promise<T>, given?: CallOptions): Promise<T> => {
    try {
      return await task(await identity(given));
    } catch (thrown) {
      throw about(thrown);
    } finally {
      follower?.poke();
    }
  };

  const signer = createSigner({
    ...options,
    snapshot: () => store.get().operation,
    confirm: (confirmation: ConfirmBurn) => {
      const attempt = () => run((id) => api.confirmBurn(id, confirmation));
      return confirmBurn(attempt, {
        snapshot: () => store.get().operation,
        pause: createPause(environment.clock),
        random: environment.random,
        timing,
        limits,
      });
    },
    onWallet: (wallet) => {
      record?.({ kind: 'wallet', wallet });
      store.set({ wallet });
    },
  });

  return {
    get id() {
      return store.get().id;
    },
    process: process.name,
    started: started.promise,
    done: done.promise,
    get counters() {
      return { ...counters };
    },
    getSnapshot: store.get,
    subscribe: store.subscribe,
    [Symbol.asyncIterator]: history.iterate,
    sign: (given) =>
      signer.sign(given).catch((thrown: unknown) => {
        throw about(thrown);
      }),
    renewBurn: (given) =>
      run(async (id) => {
        const fresh = await api.renewBurn(id, given);
        signer.renewed(fresh);
        return fresh;
      }, given),
    cancel: async (given) => {
      await run((id) => api.cancel(id, given), given);
    },
    retry: async (given) => {
      if (!follower?.retry()) await run((id) => api.retry(id, given), given);
    },
    detach: () => detach('detached'),
    [Symbol.dispose]: () => detach('detached'),
  };
}

/** A recording that fails must not stop what it records. */
function recorder({ timeline, process, environment }: OperationOptions, id: () => string | null) {
  if (!timeline) return undefined;
  const run = timeline.next();
  return (entry: TimelineEntry): void => {
    try {
      timeline.add({ run, process: process.name, operationId: id(), at: environment.clock.now() }, entry);
    } catch (thrown) {
      environment.reportError(thrown);
    }
  };
}
