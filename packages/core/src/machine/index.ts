export { check } from './check.ts';
export { type ProcessData, processFrom, type StatusData } from './data.ts';
export {
  type DefinedProcess,
  definePhase,
  defineProcess,
  type PhaseDefinition,
  type Shape,
  type StatusDefinition,
  status,
} from './define.ts';
export { type Usual, usualOf } from './durations.ts';
export { formerOf, isFormer, versionFor } from './former.ts';
export type { ProcessDefinition, ResolvedStatus } from './process.ts';
export {
  createFolding,
  type Folded,
  type Folding,
  type FoldVerdict as Verdict,
  fold,
  foldAll,
  follows,
} from './reduce.ts';
export { type Action, actionsOf, isCommitted, isDelivered } from './select.ts';
export { type Step, type StepState, stepsOf } from './steps.ts';
export type {
  AnyProcess,
  EventOf,
  FactsOf,
  Given,
  InputOf,
  OperationEvent,
  PayloadOf,
  PhaseOf,
  Snapshot,
  SnapshotOf,
  StatusOf,
} from './types.ts';
