import { envelope } from '../generated.ts';
import type { ResolvedStatus } from '../machine/process.ts';
import type { AnyProcess, OperationEvent } from '../machine/types.ts';
import { isRecord, object, read, type Schema, schemaOf, type Value } from '../schema/index.ts';

/**
 * Reads one event of a process. An unknown status or field of a newer server passes. @throws
 * NftUpgradeError `invalid_event` that names the first wrong field
 */
export function parseEvent(process: AnyProcess, value: unknown): OperationEvent {
  const name = isRecord(value) ? value.status : undefined;
  const status = typeof name === 'string' ? process.find(name) : undefined;
  // Nearly all of them are valid, and need no reason.
  if (status && envelope(value as Value) && status.fields(value as Value))
    return value as OperationEvent;
  return read(eventSchema(status), value);
}

/**
 * The whole event: envelope and payload; the envelope alone for a status that is not known. Unknown
 * fields are kept: a newer server may send more.
 */
export const eventSchema = (status: ResolvedStatus | undefined): Schema<OperationEvent> =>
  schemaOf((value) =>
    object(value, (event) => envelope(event) && (!status || status.fields(event))),
  );
