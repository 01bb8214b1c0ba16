import { NftUpgradeError } from '../errors/index.ts';
import type { AnyProcess, Snapshot } from '../machine/types.ts';
import * as s from '../schema/index.ts';
import { assetSchema } from './envelope.ts';

/** A snapshot as it crosses the wire: exactly what the reducer makes. */
export const snapshotSchema = s.loose({
  operationId: s.string(),
  process: s.string(),
  version: s.int({ min: 1 }),
  seq: s.int({ min: 1 }),
  status: s.string(),
  phase: s.string(),
  progress: s.number({ min: 0, max: 100 }),
  asset: assetSchema,
  terminal: s.boolean(),
  startedAt: s.datetime(),
  updatedAt: s.datetime(),
  message: s.nullable(s.string()),
  unknown: s.int({ min: 0 }),
  facts: s.record(s.unknown()),
  now: s.record(s.unknown()),
});

/** Page of snapshots: the caller's live operations. */
export const snapshotListSchema = s.loose({ operations: s.list(snapshotSchema) });

/** Reads a snapshot of a process. @throws NftUpgradeError `invalid_event` */
export function parseSnapshot(process: AnyProcess, value: unknown): Snapshot {
  const snapshot = s.read(snapshotSchema, value);
  if (snapshot.process !== process.name) {
    throw new NftUpgradeError('invalid_event', { details: { field: 'process', problem: `is not ${process.name}` } });
  }
  return { ...snapshot }; // its own: the host may go on with what it gave
}
