import { envelopeSchema } from '../machine/process.ts';
import type { AnyProcess, OperationEvent } from '../machine/types.ts';
import { read } from '../schema/index.ts';

/** Reads one event of a process. An unknown status or field of a newer server passes. @throws NftUpgradeError `invalid_event` that names the first wrong field */
export function parseEvent(process: AnyProcess, value: unknown): OperationEvent {
  const status = typeof value === 'object' && value !== null ? (value as Record<string, unknown>).status : undefined;
  const known = typeof status === 'string' ? process.statuses[status] : undefined;
  return read(known?.event ?? envelopeSchema, value) as OperationEvent;
}
