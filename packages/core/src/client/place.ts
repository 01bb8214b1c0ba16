import { type NftUpgradeError, toNftUpgradeError } from '../errors/error.ts';
import type { AnyProcess, InputOf, SnapshotOf } from '../machine/types.ts';
import type { ProcessName, processes } from '../processes/index.ts';
import type { OperationOf, ProcessClient, StartOptions, UpgradeClient } from './client.ts';
import { currentOf } from './current.ts';
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
   * Follows an operation that exists, unless one runs here. May be called for what is rendered: it
   * asks nothing of the server but its news.
   */
  adopt(idOrSnapshot: string | SnapshotOf<P>): void;
}

/** Ended, refused or detached: nothing follows. */
const isOver = (operation: Operation): boolean =>
  operation.getSnapshot().connection.state === 'closed';

const idOf = (idOrSnapshot: string | { operationId: string }): string =>
  typeof idOrSnapshot === 'string' ? idOrSnapshot : idOrSnapshot.operationId;

/**
 * Costs nothing until something is done in it. @param key tells places of one process apart; the
 * same key is the same place
 */
export function createPlace<K extends ProcessName>(
  client: UpgradeClient,
  name: K,
  key: string,
): Place<ProcessOf<K>> {
  type Own = OperationOf<ProcessOf<K>>;
  const current = currentOf(client);
  const process = client.process(name) as ProcessClient<ProcessOf<K>>;
  const place = `${name}/${key}`;
  const getOperation = () => current.get(place).operation as unknown as Own | null;

  const show = (operation: Own): Own => {
    // Who wants to know takes `operation.done`; here a rejection is shown by the state and must not
    // end the page.
    operation.done.catch(() => {});
    operation.started.catch(() => {});
    current.set(place, { operation: operation as unknown as Operation, refusal: null });
    return operation;
  };
  const attach: Commands<ProcessOf<K>>['attach'] = (idOrSnapshot) =>
    show(process.attach(idOrSnapshot));
  const command = async <T>(call: (operation: Own) => Promise<T>): Promise<T | undefined> => {
    const operation = getOperation();
    if (!operation) return undefined;
    current.set(place, { refusal: null });
    try {
      return await call(operation);
    } catch (thrown) {
      const refusal = toNftUpgradeError(thrown, 'internal');
      // What another operation was refused says nothing about the one that is shown by now.
      if (getOperation() === operation) current.set(place, { refusal });
      throw refusal;
    }
  };

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
      const present = current.get(place).operation;
      return present && !isOver(present)
        ? (present as unknown as Own)
        : show(process.start(input, options));
    },
    attach,
    adopt(idOrSnapshot) {
      const present = current.get(place).operation;
      if (present && !(isOver(present) && present.id !== idOf(idOrSnapshot))) return;
      try {
        attach(idOrSnapshot);
      } catch (thrown) {
        // A closed client, or a snapshot of another process: said where refusals are said, since
        // nobody called who could catch it.
        current.set(place, { refusal: toNftUpgradeError(thrown, 'internal') });
      }
    },
    sign: () => command((operation) => operation.sign()),
    cancel: () => command((operation) => operation.cancel()).then(() => {}),
    retry: () => command((operation) => operation.retry()).then(() => {}),
    detach() {
      getOperation()?.detach();
      current.set(place, { operation: null, refusal: null });
    },
  };
}
