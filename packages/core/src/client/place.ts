import { type NftUpgradeError, toNftUpgradeError } from '../errors/error.ts';
import type { AnyProcess, InputOf, SnapshotOf } from '../machine/types.ts';
import type { ProcessName, processes } from '../processes/index.ts';
import type { OperationOf, ProcessClient, StartOptions, UpgradeClient } from './client.ts';
import { currentOf } from './current.ts';
import { handled } from './deferred.ts';
import type { Operation } from './operation.ts';
import type { Signed } from './sign.ts';

type ProcessOf<K extends ProcessName> = (typeof processes)[K];

/**
 * What can be done in a place of a page. Each is called for something the user did, never because
 * something was rendered.
 */
export interface Commands<P extends AnyProcess> {
  /** Starts, or returns the operation that runs here. @throws NftUpgradeError `invalid_request` */
  start(input: InputOf<P>, options?: StartOptions): OperationOf<P>;
  /** Follows an operation that exists: from `active()`, from a link. */
  attach(idOrSnapshot: string | SnapshotOf<P>): OperationOf<P>;
  /**
   * Has the wallet sign. Undefined without an operation. @throws NftUpgradeError see
   * `Operation.sign`
   */
  sign(): Promise<Signed | undefined>;
  /** @throws NftUpgradeError `cancel_refused` */
  cancel(): Promise<void>;
  /**
   * Reconnects after `gave_up` and `auth_required`; otherwise runs a waiting recovery now. @throws
   * NftUpgradeError `retry_refused`
   */
  retry(): Promise<void>;
  /** Forgets the operation here; it goes on at the server. */
  detach(): void;
}

/**
 * A place of a page that shows one operation at a time, over all components that are there one
 * after the other: the base of bindings for a UI framework.
 */
export interface Place<P extends AnyProcess> extends Commands<P> {
  /** The operation that is shown here; null before and after one. */
  getOperation(): OperationOf<P> | null;
  /** Why the last command was refused; null again with the next one. */
  getRefusal(): NftUpgradeError | null;
  /**
   * Calls the listener after changes of either, and of the operation's state. Returns the function
   * that ends it.
   */
  subscribe(listener: () => void): () => void;
  /**
   * Follows an operation that exists, unless one runs here; one that another place shows is the
   * same, with its prompt. May be called for what is rendered: it asks nothing of the server but
   * its news.
   */
  adopt(idOrSnapshot: string | SnapshotOf<P>): void;
}

/** Ended, refused or detached: nothing follows. */
const isOver = (operation: Operation): boolean =>
  operation.getSnapshot().connection.state === 'closed';

const idOf = (idOrSnapshot: string | { operationId: string }): string =>
  typeof idOrSnapshot === 'string' ? idOrSnapshot : idOrSnapshot.operationId;

/**
 * Costs nothing until something is done in it.
 * @param key tells places of one process apart; the same key is the same place
 * @param id of the operation that is adopted here: each id has a place of its own, so that nobody
 *   who asks for one operation sees, signs or cancels another. Default null: none is adopted
 */
export function createPlace<K extends ProcessName>(
  client: UpgradeClient,
  name: K,
  key: string,
  id: string | null = null,
): Place<ProcessOf<K>> {
  type Own = OperationOf<ProcessOf<K>>;
  const current = currentOf(client);
  const process = client.process(name) as ProcessClient<ProcessOf<K>>;
  const place = JSON.stringify([name, key, id]);
  const getOperation = () => current.get(place).operation as unknown as Own | null;

  const show = (operation: Own): Own => {
    current.set(place, { operation: operation as unknown as Operation, refusal: null });
    return operation;
  };
  const attach: Commands<ProcessOf<K>>['attach'] = (idOrSnapshot) =>
    show(process.attach(idOrSnapshot));
  const refuse = (thrown: unknown): NftUpgradeError => {
    const refusal = toNftUpgradeError(thrown, 'internal');
    current.set(place, { refusal });
    return refusal;
  };
  const run = async <T>(call: (operation: Own) => Promise<T>): Promise<T | undefined> => {
    const operation = getOperation();
    if (!operation) return undefined;
    current.set(place, { refusal: null });
    try {
      return await call(operation);
    } catch (thrown) {
      // What another operation was refused says nothing about the one that is shown by now.
      throw getOperation() === operation ? refuse(thrown) : toNftUpgradeError(thrown, 'internal');
    }
  };
  const command = <T>(call: (operation: Own) => Promise<T>) => handled(run(call));

  return {
    getOperation,
    getRefusal: () => current.get(place).refusal,
    subscribe(listener) {
      let slot = current.get(place);
      let end = slot.operation?.subscribe(listener);
      const stop = current.subscribe(() => {
        const next = current.get(place);
        if (next === slot) return;
        if (next.operation !== slot.operation) {
          end?.();
          end = next.operation?.subscribe(listener);
        }
        slot = next;
        listener();
      });
      return () => {
        stop();
        end?.();
      };
    },
    start(input, options) {
      const present = getOperation();
      if (present && !isOver(present)) return present;
      try {
        return show(process.start(input, options));
      } catch (thrown) {
        throw refuse(thrown);
      }
    },
    attach,
    adopt(idOrSnapshot) {
      const present = current.get(place).operation;
      if (present && !(isOver(present) && present.id !== idOf(idOrSnapshot))) return;
      try {
        const known = current.find(idOf(idOrSnapshot)) as unknown as Own | null;
        if (known?.process === name) show(known);
        else attach(idOrSnapshot);
      } catch (thrown) {
        // A closed client, or a snapshot of another process: said where refusals are said, since
        // nobody called who could catch it.
        refuse(thrown);
      }
    },
    sign: () => command((operation) => operation.sign()),
    cancel: () => command((operation) => operation.cancel()),
    retry: () => command((operation) => operation.retry()),
    detach() {
      getOperation()?.detach();
      current.set(place, { operation: null, refusal: null });
    },
  };
}
