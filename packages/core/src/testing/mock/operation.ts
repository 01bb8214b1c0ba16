import type { Clock } from '../../client/environment.ts';
import { NftUpgradeError } from '../../errors/index.ts';
import { fold } from '../../machine/reduce.ts';
import type { OperationEvent, Snapshot } from '../../machine/types.ts';
import { nextEvent } from '../../protocol/next-event.ts';
import { samplePayload } from '../samples.ts';
import type { MockCommand, Scenario, ScenarioStep } from './scenario.ts';

/** One mocked operation: the log a server would have, growing by its script and by commands. */
export interface MockOperation {
  readonly id: string;
  readonly scenario: Scenario;
  readonly log: readonly OperationEvent[];
  readonly snapshot: Snapshot;
  /** Calls `wake` after every event, until the returned function is called. */
  watch(wake: () => void): () => void;
  /**
   * Appends an event by hand, past the script. @throws NftUpgradeError `illegal_transition`,
   * `invalid_event`, `operation_ended`
   */
  emit(status: string, payload?: object): OperationEvent;
  /** @throws NftUpgradeError `burn_not_expected` */
  confirm(burnTxSignature: string): void;
  /** @throws NftUpgradeError `cancel_refused` */
  cancel(): void;
  /** @throws NftUpgradeError `retry_refused` */
  retry(): void;
  /** Stops the script. */
  stop(): void;
}

export function createMockOperation(
  id: string,
  scenario: Scenario,
  input: object,
  clock: Clock,
): MockOperation {
  const { process } = scenario;
  const log: OperationEvent[] = [];
  const watchers = new Set<() => void>();
  let snapshot: Snapshot | null = null;
  let steps: readonly ScenarioStep[] = scenario.steps;
  let waiting: MockCommand | null = null;
  let timer: unknown = null;

  const append = (event: OperationEvent): OperationEvent => {
    log.push(event);
    snapshot = fold(process, snapshot, event).snapshot;
    for (const wake of watchers) wake();
    return event;
  };
  const emit = (
    status: string,
    payload: object = samplePayload(process, status),
  ): OperationEvent => {
    const first = status === process.initial ? { version: process.version, input } : {};
    return append(
      nextEvent(
        process,
        snapshot,
        status,
        { ...payload, ...first },
        { operationId: id, at: new Date(clock.now()) },
      ),
    );
  };
  const emitUnknown = (status: string): OperationEvent => {
    const { seq = 0, progress = 0, asset = 'safe' } = snapshot ?? {};
    const alias = process.idAlias === undefined ? {} : { [process.idAlias]: id };
    const timestamp = new Date(clock.now()).toISOString();
    return append({
      operationId: id,
      ...alias,
      process: process.name,
      seq: seq + 1,
      status,
      progress,
      asset,
      timestamp,
    });
  };

  /** Goes on until the script waits: for a time or for a command. */
  const run = () => {
    timer = null;
    while (snapshot?.terminal !== true) {
      const [step, ...rest] = steps;
      if (step === undefined) return;
      steps = rest;
      if (step.kind === 'wait') {
        waiting = step.for;
        return;
      }
      if (step.kind === 'recorded') {
        append(step.event);
        continue;
      }
      const play = () =>
        step.kind === 'emit' ? emit(step.status, step.payload) : emitUnknown(step.status);
      if (step.afterMs === 0) play();
      else {
        timer = clock.setTimeout(() => {
          play();
          run();
        }, step.afterMs);
        return;
      }
    }
  };
  const stop = () => {
    if (timer !== null) clock.clearTimeout(timer);
    timer = null;
    waiting = null;
    steps = [];
  };
  const now = (): Snapshot => {
    if (!snapshot)
      throw new NftUpgradeError('invalid_option', {
        message: `Scenario ${scenario.name} begins with no event.`,
      });
    return snapshot;
  };
  const refuse = (code: 'burn_not_expected' | 'cancel_refused' | 'retry_refused') => {
    const { asset, status } = now();
    return new NftUpgradeError(code, { operationId: id, asset, details: { status } });
  };

  run();
  return {
    id,
    scenario,
    log,
    get snapshot() {
      return now();
    },
    watch(wake) {
      watchers.add(wake);
      return () => void watchers.delete(wake);
    },
    emit,
    confirm(burnTxSignature) {
      if (now().status === 'verifying_burn') return;
      if (now().status !== 'awaiting_burn') throw refuse('burn_not_expected');
      emit('verifying_burn', { burnTxSignature, commitment: 'none' });
      if (waiting !== 'confirm') return;
      waiting = null;
      run();
    },
    cancel() {
      if (now().status === 'cancelled') return;
      if (!process.statuses[now().status]?.to.includes('cancelled')) throw refuse('cancel_refused');
      stop();
      emit('cancelled');
    },
    retry() {
      if (waiting !== 'retry') throw refuse('retry_refused');
      waiting = null;
      run();
    },
    stop,
  };
}
