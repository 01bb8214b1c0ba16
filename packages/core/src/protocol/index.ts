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
export { badgeActivation, claim, type Processes, type ProcessName, processes, upgrade } from '../processes/index.ts';
export { receipt, type UpgradeEvent, type UpgradeSnapshot, type UpgradeStatus } from '../processes/upgrade.ts';
export * as s from '../schema/index.ts';
export {
  type AnySchema,
  type Infer,
  type InferShape,
  issueDetails,
  type Schema,
  type Shape,
  type StandardSchema,
} from '../schema/index.ts';
export { toZod } from '../schema/zod.ts';
export {
  acceptedSchema,
  burnTransactionResultSchema,
  type ConfirmBurn,
  confirmBurnResultSchema,
  confirmBurnSchema,
  eventPageSchema,
} from './commands.ts';
export { type Asset, actorSchema, assetSchema, assets, type Envelope, envelopeSchema } from './envelope.ts';
export { type EventContext, nextEvent, parseEvent } from './event.ts';
export { eventFrame, type FrameComment, heartbeatFrame, openingFrame, parseComment } from './frame.ts';
export { fromProblem, PROBLEM_TYPE, type Problem, problemSchema, toProblem } from './problem.ts';
export { DEFAULT_BASE_PATH, HEALTH_PATH, matchRoute, type OperationRoute, operationRoutes, type Route, routesOf } from './routes.ts';
export { parseSnapshot, snapshotListSchema, snapshotSchema } from './snapshot.ts';
export { GAP_HEADER, IDEMPOTENCY_HEADER, idempotencyKeyPattern, PROTOCOL_HEADER, PROTOCOL_VERSION } from './version.ts';
