import type { AnyProcess, OperationEvent, PayloadOf, StatusOf } from '../../machine/types.ts';
import { samplePayload } from '../samples.ts';
import type { Fault } from './faults.ts';

/** What a mocked operation waits for. */
export type MockCommand = 'confirm' | 'retry' | 'cancel';

/** One step of a run: an event, after a pause; or the wait for a command. */
export type ScenarioStep =
  | {
      readonly kind: 'emit';
      readonly status: string;
      readonly payload: object;
      readonly afterMs: number;
    }
  /** An event of a newer server: a status that no definition here knows. */
  | { readonly kind: 'unknown'; readonly status: string; readonly afterMs: number }
  /** An event as it was, with its id, number and time. */
  | { readonly kind: 'recorded'; readonly event: OperationEvent }
  | { readonly kind: 'wait'; readonly for: MockCommand };

/** A run of a process and what goes wrong on the way to the client. */
export interface Scenario {
  readonly name: string;
  readonly process: AnyProcess;
  readonly steps: readonly ScenarioStep[];
  readonly faults: readonly Fault[];
}

/** When an event of a scenario comes. */
export interface StepTiming {
  /**
   * Pause before the event, milliseconds of the server's clock. Default: that of the scenario,
   * which is 0 unless given. The first event never waits for it.
   */
  afterMs?: number;
}

/**
 * Writes a scenario step by step; every payload is typed by its status. Members that are left out
 * are filled with samples.
 */
export interface ScenarioBuilder<P extends AnyProcess> {
  /** One status, with its payload. */
  emit<K extends StatusOf<P>>(
    status: K,
    payload?: Partial<PayloadOf<P, K>>,
    timing?: StepTiming,
  ): ScenarioBuilder<P>;
  /** Several statuses with sample payloads. */
  through(...statuses: StatusOf<P>[]): ScenarioBuilder<P>;
  /** A status of a newer server, which no definition here knows. */
  unknown(status: string, timing?: StepTiming): ScenarioBuilder<P>;
  /** Nothing more until the client sends this command. */
  waitFor(command: MockCommand): ScenarioBuilder<P>;
  /** Things that go wrong on the way to the client. */
  fault(...faults: readonly Fault[]): ScenarioBuilder<P>;
  /** The scenario, ready for a mock server. */
  build(): Scenario;
}

/**
 * A run that was recorded, event for event: a golden stream, or the log of a support case. It ends
 * where the recording ends, whatever is commanded.
 * @example
 * createMockServer({ scenarios: [recording('case 42', upgrade, events)] });
 */
export const recording = (
  name: string,
  process: AnyProcess,
  events: readonly OperationEvent[],
): Scenario => ({
  name,
  process,
  steps: events.map((event) => ({ kind: 'recorded', event })),
  faults: [],
});

/**
 * @example
 * const slow = scenario('slow', upgrade).through('initializing',
 * 'qualification_verified').emit('awaiting_burn', {}, { afterMs: 60_000 }).build();
 */
export function scenario<P extends AnyProcess>(
  name: string,
  process: P,
  pace: StepTiming = {},
): ScenarioBuilder<P> {
  const make = (steps: readonly ScenarioStep[], faults: readonly Fault[]): ScenarioBuilder<P> => {
    const add = (...more: readonly ScenarioStep[]) => make([...steps, ...more], faults);
    const pause = (index: number, { afterMs }: StepTiming = {}) =>
      afterMs ?? (index === 0 ? 0 : (pace.afterMs ?? 0));
    const emit = (
      status: string,
      payload: object = {},
      timing?: StepTiming,
      index = steps.length,
    ): ScenarioStep => ({
      kind: 'emit',
      status,
      payload: { ...samplePayload(process, status), ...payload },
      afterMs: pause(index, timing),
    });
    return {
      emit: (status, payload, timing) => add(emit(status, payload, timing)),
      through: (...statuses) =>
        add(...statuses.map((status, at) => emit(status, {}, undefined, steps.length + at))),
      unknown: (status, timing) =>
        add({ kind: 'unknown', status, afterMs: pause(steps.length, timing) }),
      waitFor: (command) => add({ kind: 'wait', for: command }),
      fault: (...more) => make(steps, [...faults, ...more]),
      build: () => ({ name, process, steps, faults }),
    };
  };
  return make([], []);
}
