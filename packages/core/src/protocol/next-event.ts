import { NftUpgradeError } from '../errors/index.ts';
import type { ResolvedStatus } from '../machine/process.ts';
import { follows } from '../machine/reduce.ts';
import type { AnyProcess, OperationEvent, Snapshot } from '../machine/types.ts';
import { issueDetails, object, type Schema, schemaOf, text } from '../schema/index.ts';

/** What an emitter gives beyond the payload. */
export interface EventContext {
  operationId: string;
  /** Server time. */
  at: Date;
}

/**
 * Makes the event that comes next after `snapshot`: the only way to create events. Number,
 * progress, asset and the guide's `upgradeId` follow from the process. @throws NftUpgradeError
 * `operation_ended`, `illegal_transition`, or `invalid_event` for a payload that is not of the
 * status
 */
export function nextEvent(
  process: AnyProcess,
  snapshot: Snapshot | null,
  status: string,
  payload: object,
  context: EventContext,
): OperationEvent {
  const { operationId } = context;
  if (snapshot?.terminal) {
    throw new NftUpgradeError('operation_ended', {
      operationId,
      asset: snapshot.asset,
      details: { status: snapshot.status, refused: status },
    });
  }
  const allowed = snapshot ? (process.statuses[snapshot.status]?.to ?? []) : [process.initial];
  const definition = process.statuses[status];
  if (
    !definition ||
    !(snapshot ? follows(process, snapshot.status, status) : status === process.initial)
  ) {
    const message =
      `${status} may not follow ${snapshot?.status ?? 'the start'} in ${process.name}. Allowed: ` +
      `${allowed.join(', ')}.`;
    throw new NftUpgradeError('illegal_transition', {
      message,
      operationId,
      details: { from: snapshot?.status ?? null, to: status, allowed },
    });
  }
  const wrong = payloadOf(definition).check(payload);
  if (wrong) {
    const details = { status, ...issueDetails(wrong) };
    throw new NftUpgradeError('invalid_event', {
      message: `The payload of ${status} is wrong: ${details.field}: expected ${details.expected}.`,
      operationId,
      details,
    });
  }
  const progress = definition.progress === 'kept' ? 0 : definition.progress;
  return {
    operationId,
    ...(process.idAlias === undefined ? {} : { [process.idAlias]: operationId }),
    process: process.name,
    seq: (snapshot?.seq ?? 0) + 1,
    status,
    progress: Math.max(progress, snapshot?.progress ?? 0),
    asset: definition.asset,
    timestamp: context.at.toISOString(),
    ...payload,
  };
}

/**
 * The payload alone, as an emitter gives it. Unknown fields are refused: they would be a typing
 * mistake.
 */
export function payloadOf({
  fields,
  factKeys,
  nowKeys,
}: ResolvedStatus): Schema<Record<string, unknown>> {
  const known = ['message', ...factKeys, ...nowKeys];
  return schemaOf((value) =>
    object(
      value,
      (given) => (given.message === undefined || text(given.message)) && fields(given),
      known,
    ),
  );
}
