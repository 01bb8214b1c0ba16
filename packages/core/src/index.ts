export { availableActions, isStuck, unfollowed } from './client/actions.ts';
export type { CallOptions } from './client/api.ts';
export {
  type ProgressAria,
  progressAria,
  type StepItem,
  type StepList,
  stepList,
} from './client/aria.ts';
export {
  createUpgradeClient,
  type OperationOf,
  type ProcessClient,
  type StartOptions,
  type UpgradeClient,
  type UpgradeClientOptions,
} from './client/client.ts';
export { type Description, describeOperation, type Problem } from './client/describe.ts';
export type {
  Channel,
  Clock,
  Environment,
  EnvironmentSignal,
  KeyStorage,
  LockRequest,
  Locks,
} from './client/environment.ts';
export type { BurnExpectation, Guard, GuardFinding, GuardVerdict } from './client/guard.ts';
export type { Operation, OperationState } from './client/operation.ts';
export { type Commands, createPlace, type Place } from './client/place.ts';
export {
  type SignContext,
  type Signed,
  type Signer,
  type Signing,
  type WalletSigningOptions,
  walletSigning,
} from './client/sign.ts';
export type { SignRequest, WalletOutcome, WalletPort } from './client/wallet.ts';
export type { WalletState, WalletStatus } from './client/wallet-state.ts';
export {
  type Actor,
  type ErrorCode,
  type ErrorContext,
  errorCodes,
  isErrorCode,
  isNftUpgradeError,
  NftUpgradeError,
  toNftUpgradeError,
} from './errors/index.ts';
export {
  type Catalogue,
  createMessages,
  type FullCatalogue,
  type KnownStatus,
  type Label,
  type Messages,
  type Sentences,
} from './errors/messages.ts';
export { chinese } from './errors/messages-zh.ts';
export { type Usual, usualOf } from './machine/durations.ts';
export { type Action, actionsOf, isCommitted, isDelivered } from './machine/select.ts';
export { type Step, type StepState, stepsOf } from './machine/steps.ts';
export type {
  AnyProcess,
  EventOf,
  FactsOf,
  InputOf,
  OperationEvent,
  Snapshot,
  SnapshotOf,
  StatusOf,
} from './machine/types.ts';
export type { BurnTransaction } from './phases/burn.ts';
export type {
  BadgeActivationEvent,
  BadgeActivationSnapshot,
  BadgeActivationStatus,
} from './processes/badge-activation.ts';
export type { ClaimEvent, ClaimSnapshot, ClaimStatus } from './processes/claim.ts';
export {
  badgeActivation,
  claim,
  type Processes,
  type ProcessName,
  processes,
  upgrade,
} from './processes/index.ts';
export type { UpgradeEvent, UpgradeSnapshot, UpgradeStatus } from './processes/upgrade.ts';
export { type Asset, assets } from './protocol/asset.ts';
export type { GetToken, TokenReason } from './stream/auth.ts';
export type { Connection, ConnectionReason, ConnectionState } from './stream/connection.ts';
export type { Counters } from './stream/counters.ts';
export type { Follow } from './stream/follow.ts';
export { acrossTabs } from './stream/tabs.ts';
export {
  createTimeline,
  type Replayed,
  replayTimeline,
  type Timeline,
  type TimelineEntry,
  type TimelineOptions,
  type TimelineSource,
} from './stream/timeline.ts';
export { defaultLimits, defaultTiming, type Limits, type Timing } from './stream/timing.ts';
