import type { Messages } from '../errors/messages.ts';
import { type StepState, stepsOf } from '../machine/steps.ts';
import type { AnyProcess } from '../machine/types.ts';
import type { OperationState } from './operation.ts';

/** Attributes of a progress bar (WAI-ARIA 1.2, `progressbar`), for any UI framework. */
export interface ProgressAria {
  readonly role: 'progressbar';
  readonly 'aria-label': string;
  readonly 'aria-valuemin': 0;
  readonly 'aria-valuemax': 100;
  readonly 'aria-valuenow': number;
  /** The number and what it stands for: “40% – The old NFT is burned”. */
  readonly 'aria-valuetext': string;
}

/** How far an operation is, for eyes and for screen readers. */
export function progressAria(
  _process: AnyProcess | null,
  state: OperationState | null,
  messages: Messages,
): ProgressAria {
  const operation = state?.operation;
  return {
    role: 'progressbar',
    'aria-label': messages.label('progress'),
    'aria-valuemin': 0,
    'aria-valuemax': 100,
    'aria-valuenow': operation?.progress ?? 0,
    'aria-valuetext': operation
      ? `${operation.progress}% – ${messages.status(operation.status)}`
      : '0%',
  };
}

/** One phase of a process, as an item of an ordered list. */
export interface StepItem {
  /** Name of the phase: a key, and a hook for styles. */
  readonly name: string;
  readonly state: StepState;
  readonly label: string;
  /** The state in words, for those who cannot see a colour or a tick. Put it into the item. */
  readonly stateLabel: string;
  readonly props: { readonly 'aria-current': 'step' | undefined; readonly 'data-state': StepState };
}

/** Attributes of the list, and its items. */
export interface StepList {
  readonly list: { readonly 'aria-label': string };
  readonly items: readonly StepItem[];
}

/** The phases of a process as an ordered list, in words. */
export function stepList(
  process: AnyProcess | null,
  state: OperationState | null,
  messages: Messages,
): StepList {
  const items = (process ? stepsOf(process, state?.operation ?? null) : []).map(
    (step): StepItem => ({
      ...step,
      label: messages.label(step.name),
      stateLabel: messages.label(step.state),
      props: {
        'aria-current': step.state === 'current' ? 'step' : undefined,
        'data-state': step.state,
      },
    }),
  );
  return { list: { 'aria-label': messages.label('steps') }, items };
}
