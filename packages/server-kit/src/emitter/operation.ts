import type { Clock } from '@aiw3/nft-upgrade';
import {
  type AnyProcess,
  type EventOf,
  foldAll,
  type Given,
  isNftUpgradeError,
  NftUpgradeError,
  nextEvent,
  type OperationEvent,
  type PayloadOf,
  type Snapshot,
  type SnapshotOf,
  type StatusOf,
} from '@aiw3/nft-upgrade/protocol';
import { isMilestone } from '../publish/publication.ts';
import { measureStep } from '../telemetry/step.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Journal } from './journal.ts';
import type { Publishing } from './publishing.ts';
import {
  type SignalName,
  type SignalOf,
  type SignalValue,
  type WaitOptions,
  waitForSignal,
} from './signals.ts';

/** A payload may be left out where nothing in it is required. */
export type PayloadArguments<P extends AnyProcess, K extends StatusOf<P>> =
  Record<never, never> extends PayloadOf<P, K>
    ? [payload?: Given<PayloadOf<P, K>>]
    : [payload: Given<PayloadOf<P, K>>];

/** One operation in the hands of the code that runs it. */
export interface EmitterOperation<P extends AnyProcess = AnyProcess> {
  readonly id: string;
  /** The log as this handle knows it, folded. */
  readonly snapshot: SnapshotOf<P>;
  /**
   * Appends the next event and shows it to every stream. Calls are carried out one after another.
   * @throws NftUpgradeError `illegal_transition`, `invalid_event` or `operation_ended` before
   *   anything is written
   * @example await operation.emit('burn_verified', { burnTxSignature, slot })
   */
  emit<K extends StatusOf<P>>(
    status: K,
    ...payload: PayloadArguments<P, K>
  ): Promise<Extract<EventOf<P>, { status: K }>>;
  /**
   * Waits for a signal: `burn` when the client confirmed, `cancel`, `retry`, or one of the host's
   * own. One that came earlier counts. Each is given out once by a handle, and again by the handle
   * of a restarted process: check what it says.
   * @throws NftUpgradeError `signal_timeout`, `aborted`, `operation_ended`
   * @example const { burnTxSignature } = await operation.waitFor('burn', { timeout: 300_000 })
   */
  waitFor<N extends SignalName>(name: N, options?: WaitOptions): Promise<SignalValue<N>>;
  /** Waits for whichever comes first. */
  waitForAny<const N extends SignalName>(
    names: readonly N[],
    options?: WaitOptions,
  ): Promise<SignalOf<N>>;
}

/** More events than this in one operation are read in several pages. */
const PAGE = 500;

export async function readAll(journal: Journal, operationId: string): Promise<OperationEvent[]> {
  const events: OperationEvent[] = [];
  for (;;) {
    const page = await journal.read(operationId, events.length, PAGE);
    events.push(...page);
    if (page.length < PAGE) return events;
  }
}

export async function readSnapshot(
  journal: Journal,
  process: AnyProcess,
  operationId: string,
): Promise<Snapshot> {
  const snapshot = foldAll(process, await readAll(journal, operationId));
  if (!snapshot) throw new NftUpgradeError('not_found', { operationId });
  return snapshot;
}

export interface HandleOptions {
  journal: Journal;
  process: AnyProcess;
  snapshot: Snapshot;
  /** W3C trace context that the operation remembers. */
  traceparent: string | null;
  clock: Clock;
  telemetry: Telemetry;
  publishing: Pick<Publishing, 'sinks' | 'kick'>;
}

export function createEmitterOperation<P extends AnyProcess>(
  options: HandleOptions,
): EmitterOperation<P> {
  const { journal, process, traceparent, clock, telemetry, publishing } = options;
  const operationId = options.snapshot.operationId;
  const taken = new Set<number>();
  let { snapshot } = options;
  let last: Promise<unknown> = Promise.resolve();

  const refresh = async () => {
    snapshot = await readSnapshot(journal, process, operationId);
  };
  const write = async (status: string, payload: object): Promise<OperationEvent> => {
    for (;;) {
      // The clock of a server can be set back; the time of an operation never goes back.
      const at = new Date(Math.max(clock.now(), Date.parse(snapshot.updatedAt)));
      const event = nextEvent(process, snapshot, status, payload, { operationId, at });
      const after = foldAll(process, [event], snapshot) ?? snapshot;
      const notify = isMilestone(process, snapshot.asset, event) ? publishing.sinks : [];
      try {
        await measureStep(
          telemetry,
          { row: { id: operationId, traceparent }, snapshot },
          async () => {
            await journal.append(event, after.terminal, notify);
            return { snapshot: after };
          },
        );
        snapshot = after;
        if (notify.length > 0) publishing.kick();
        if (after.terminal)
          telemetry.add('nft_upgrade.operations.ended', { process: process.name, status });
        return event;
      } catch (thrown) {
        // Somebody else appended, another node or a second handle: judged again on what is true
        // now.
        if (!isNftUpgradeError(thrown) || thrown.code !== 'journal_conflict') throw thrown;
        await refresh();
      }
    }
  };
  const wait = (names: readonly string[], { timeout, signal }: WaitOptions = {}) =>
    waitForSignal({
      journal,
      operationId,
      names,
      taken,
      clock,
      ...(timeout !== undefined && { timeout }),
      ...(signal && { signal }),
      ended: async () => {
        await refresh();
        return snapshot.terminal;
      },
    });

  // The types of one process hold for this handle only by its definition, which the schemas check
  // at run time.
  const handle = {
    id: operationId,
    get snapshot() {
      return snapshot;
    },
    emit(status: string, payload: object = {}) {
      const written = last.then(() => write(status, payload));
      last = written.catch(() => undefined);
      return written;
    },
    waitFor: async (name: string, given?: WaitOptions) => (await wait([name], given)).value,
    async waitForAny(names: readonly string[], given?: WaitOptions) {
      const { name, value } = await wait(names, given);
      return { name, value };
    },
  };
  return handle as unknown as EmitterOperation<P>;
}
