import { NftUpgradeError } from '../errors/error.ts';
import type { AnyProcess, OperationEvent, Snapshot } from '../machine/types.ts';
import type { OperationRoute, routesOf } from '../protocol/routes.ts';
import { onAbort, orAborted } from '../stream/abort.ts';
import type { StartRequest } from '../stream/attempt.ts';
import { idleConnection } from '../stream/connection.ts';
import { newCounters } from '../stream/counters.ts';
import type { Follow, Follower } from '../stream/follow.ts';
import type { Streaming } from '../stream/streaming.ts';
import type { Timeline } from '../stream/timeline.ts';
import type { Limits, Timing } from '../stream/timing.ts';
import type { Transport } from '../stream/transport.ts';
import { type Api, aboutOperation, type CallOptions } from './api.ts';
import { deferred, handled } from './deferred.ts';
import type { Environment } from './environment.ts';
import { createHistory } from './history.ts';
import type { Operation, OperationState } from './operation.ts';
import type { Signer, Signing } from './sign.ts';
import { createStore } from './store.ts';
import { successorOf } from './successor.ts';
import { idleWallet } from './wallet-state.ts';

export interface OperationOptions {
  process: AnyProcess;
  routes: ReturnType<typeof routesOf>;
  transport: Transport;
  api: Api;
  environment: Environment;
  timing: Timing;
  limits: Limits;
  signing: Signing | undefined;
  follow: Follow;
  streaming: Streaming;
  timeline: Timeline | undefined;
  start: StartRequest | null;
  id: string | null;
  snapshot: Snapshot | null;
  signal: AbortSignal | undefined;
  /** The start has a definite outcome: its key has served. */
  settle?: (() => void) | undefined;
  /** What detaches each operation of the client. */
  open: Set<() => void>;
}

export function createOperation(options: OperationOptions): Operation {
  const { process, api, environment, limits } = options;
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
  let unlisten = () => {};
  let follower: Follower | null = null;
  const begin = () =>
    options.timeline?.begin({ process: process.name, id: () => store.get().id }, environment);
  let record = begin();
  /** The server has lost the operation, and another one for its NFT is followed. */
  let superseded = false;

  const about = (thrown: unknown) =>
    aboutOperation(thrown, store.get().id, store.get().operation?.asset ?? null);

  const close = (reason?: NftUpgradeError) => {
    if (closed) return;
    closed = true;
    follower?.stop();
    unlisten();
    const error = reason && about(reason);
    if (error) {
      started.reject(error);
      done.reject(error);
    }
    history.end(error);
    options.open.delete(leave);
  };
  const detach = (code: 'detached' | 'aborted') => {
    if (closed) return;
    store.set({
      connection: Object.freeze({ ...idleConnection, state: 'closed', reason: 'detached' }),
    });
    close(new NftUpgradeError(code));
  };
  const leave = () => detach('detached');

  options.open.add(leave);
  if (options.id !== null) started.resolve(options.id);
  const follow = (from: Pick<OperationOptions, 'start' | 'id' | 'snapshot'>) =>
    options.follow({
      ...options,
      ...from,
      counters,
      record,
      onIdentified(id) {
        store.set({ id });
        options.settle?.();
        started.resolve(id);
      },
      onEvents(events, operation) {
        store.set({ operation });
        history.add(events);
        signer?.resume?.();
      },
      onConnection(given) {
        const connection =
          superseded && given.reason === null
            ? Object.freeze({ ...given, reason: 'superseded' as const })
            : given;
        record?.({ kind: 'connection', connection });
        store.set({ connection });
        const { operation } = store.get();
        if (!operation?.terminal || connection.state !== 'closed') return;
        done.resolve(operation);
        close();
      },
      onRefused(error, settled) {
        if (settled) options.settle?.();
        close(error);
      },
      async onMissing() {
        const next = await successorOf(store.get(), api);
        if (!next || closed) return false;
        follower?.stop();
        superseded = true;
        store.set({ id: next.operationId, operation: next });
        record = begin();
        follower = follow({ start: null, id: next.operationId, snapshot: next });
        return true;
      },
    });

  /**
   * @throws NftUpgradeError why nothing is known of the operation yet, when nobody is trying to
   *   change that
   */
  const identity = ({ signal }: CallOptions = {}): Promise<string> => {
    const { id, connection } = store.get();
    const stuck = connection.state === 'gave_up' || connection.state === 'auth_required';
    if (id === null && stuck)
      return Promise.reject(connection.error ?? new NftUpgradeError('connection_gave_up'));
    return orAborted(started.promise, signal);
  };

  const withIdentity = async <T>(
    given: CallOptions | undefined,
    ask: (id: string) => Promise<T>,
  ): Promise<T> => {
    try {
      return await ask(await identity(given));
    } catch (thrown) {
      throw about(thrown);
    } finally {
      follower?.poke();
    }
  };

  const command = async (route: OperationRoute, given?: CallOptions): Promise<void> => {
    await withIdentity(given, (id) => api.command(id, route, given));
  };

  const signer = options.signing?.({
    ...options,
    snapshot: () => store.get().operation,
    command: (route, given, request, parse) =>
      withIdentity(given, (id) => api.command(id, route, given, request, parse)),
    onWallet: (wallet) => {
      record?.({ kind: 'wallet', wallet });
      store.set({ wallet });
    },
  });
  follower = follow(options);
  signer?.resume?.();
  if (!closed) unlisten = onAbort(options.signal, () => detach('aborted'));

  const signing = async <T>(use: (signer: Signer) => Promise<T>): Promise<T> => {
    try {
      if (!signer)
        throw new NftUpgradeError('wallet_not_connected', { details: { problem: 'no_signing' } });
      return await use(signer);
    } catch (thrown) {
      throw about(thrown);
    }
  };

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
    sign: (given) => handled(signing((signer) => signer.sign(given))),
    renewBurn: (given) => handled(signing((signer) => signer.renew(given))),
    cancel: (given) => handled(command('cancel', given)),
    retry: (given) => (follower?.retry() ? Promise.resolve() : handled(command('retry', given))),
    detach: leave,
    [Symbol.dispose]: leave,
  };
}
