export * from '../errors/index.ts';
export * from '../machine/index.ts';
export { type BurnTransaction, burn, burnTransaction, commitment } from '../phases/burn.ts';
export * from '../phases/fields.ts';
export { metadata } from '../phases/metadata.ts';
export { mint } from '../phases/mint.ts';
export { preflight } from '../phases/preflight.ts';
export { record } from '../phases/record.ts';
export {
  type BadgeActivationEvent,
  type BadgeActivationSnapshot,
  type BadgeActivationStatus,
  badge,
} from '../processes/badge-activation.ts';
export type { ClaimEvent, ClaimSnapshot, ClaimStatus } from '../processes/claim.ts';
export {
  badgeActivation,
  claim,
  type Processes,
  type ProcessName,
  processes,
  upgrade,
} from '../processes/index.ts';
export {
  receipt,
  type UpgradeEvent,
  type UpgradeSnapshot,
  type UpgradeStatus,
} from '../processes/upgrade.ts';
export { issueDetails, read, type Schema } from '../schema/index.ts';
export { wire } from './all-bodies.ts';
export { type Asset, assets } from './asset.ts';
export {
  burnTransactionResultSchema,
  type ConfirmBurn,
  confirmBurnResultSchema,
  confirmBurnSchema,
  eventPageSchema,
  type ProblemBody as Problem,
  problemSchema,
  snapshotListSchema,
  snapshotSchema,
} from './bodies.ts';
export { actorSchema, assetSchema, type Envelope, envelopeSchema } from './envelope.ts';
export { parseEvent } from './event.ts';
export {
  eventFrame,
  type FrameComment,
  heartbeatFrame,
  openingFrame,
  parseComment,
} from './frame.ts';
export { type EventContext, nextEvent } from './next-event.ts';
export { fromProblem, PROBLEM_TYPE, toProblem } from './problem.ts';
export {
  DEFAULT_BASE_PATH,
  HEALTH_PATH,
  matchRoute,
  type OperationRoute,
  operationRoutes,
  type Route,
  routesOf,
} from './routes.ts';
export { parseSnapshot } from './snapshot.ts';
export {
  FORMER_PROTOCOL_VERSION,
  GAP_HEADER,
  IDEMPOTENCY_HEADER,
  idempotencyKeyPattern,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
} from './version.ts';
