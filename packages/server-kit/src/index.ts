export type { Db, Sql } from './db/db.ts';
export { isUniqueViolation } from './db/errors.ts';
export {
  type DatabaseJournal,
  type DatabaseJournalOptions,
  databaseJournal,
} from './emitter/database-journal.ts';
export {
  createEmitter,
  type Emitter,
  type EmitterOptions,
  type Opened,
  type OpenOptions,
} from './emitter/emitter.ts';
export type { Created, Journal, JournalEntry, JournalKey, Signal } from './emitter/journal.ts';
export { type MemoryJournalOptions, memoryJournal } from './emitter/memory-journal.ts';
export type { EmitterOperation, PayloadArguments } from './emitter/operation.ts';
export type { ReissueQuery, RenewQuery } from './emitter/operations.ts';
export type {
  SignalName,
  SignalOf,
  SignalValue,
  StandardSignals,
  WaitOptions,
} from './emitter/signals.ts';
export type { AuthorityWatch } from './engine/authority.ts';
export type { Obligations } from './engine/obligations/obligations.ts';
export type { Obligation, ObligationQuery } from './engine/obligations/read.ts';
export type { SupportBundle } from './engine/obligations/support-bundle.ts';
export type { Deadlines, PortMethod } from './engine/ports/deadlines.ts';
export type { UnboundBurn, UnboundBurns } from './engine/unbound-burns.ts';
export type { CorsOptions } from './http/cors.ts';
export { createHandler, type Handler, type HandlerOptions } from './http/handler.ts';
export type { GuideStats, Health, HealthThresholds } from './http/health.ts';
export type {
  OperationQuery,
  Operations,
  Principal,
  Started,
  StartRequest,
} from './http/operations.ts';
export type { HandlerLimits, HandlerTiming } from './http/options.ts';
export type { ConnectionStats } from './http/registry.ts';
export type { CloseReason } from './http/session.ts';
export type { Attempt, AttemptKind, Attempts, BurnSignature } from './journal/attempts.ts';
export type { Entry, Loaded, OperationRow } from './journal/journal.ts';
export {
  failurePayload,
  type Outcome,
  type Patience,
  type PhaseDriver,
  type Step,
} from './phases/driver.ts';
export type { Alert, Alerts, AuthorityAlert } from './ports/alerts.ts';
export type { CallOptions } from './ports/call.ts';
export type {
  BurnAttempt,
  BurnObservation,
  BurnPort,
  Chain,
  ChainPoint,
  FoundBurn,
  Funds,
  HeldNft,
  MintAttempt,
  MintObservation,
  MintPort,
  MintRequest,
  SignedBurn,
} from './ports/chain.ts';
export type { Compensation, Compensator } from './ports/compensator.ts';
export type { ContentStore } from './ports/content-store.ts';
export type { Log, LogLevel, LogRecord } from './ports/log.ts';
export {
  ed25519Receipts,
  hmacReceipts,
  plainReceipts,
  type Receipt,
  type Receipts,
} from './ports/receipts.ts';
export type {
  FactsAt,
  NewNft,
  Operation,
  ProcessRules,
  Qualification,
  Requirement,
} from './ports/rules.ts';
export type { Publication, Sink } from './ports/sink.ts';
export type { FormerWakeLine, WakeBus, WakeLine } from './ports/wake-bus.ts';
export type { ProcessName, ProcessTable, StandardProcesses } from './processes.ts';
export type { Outbox, OutboxEntry } from './publish/deliveries.ts';
export type { DeliveryState, OutboxPlace, OutboxSchema, Topic } from './publish/outbox.ts';
export { createService, type Service, type ServiceOptions } from './service.ts';
export { jsonLog } from './telemetry/log.ts';
export { redact } from './telemetry/redact.ts';
export type { TelemetryOptions } from './telemetry/telemetry.ts';
