import * as z from 'zod/mini';
import { NftUpgradeError } from '../errors/index.ts';
import type { AnyProcess, Snapshot } from '../machine/types.ts';
import { assetSchema } from './envelope.ts';
import { issueDetails } from './event.ts';

/** A snapshot as it crosses the wire: exactly what the reducer makes. */
export const snapshotSchema = z.looseObject({
  operationId: z.string(),
  process: z.string(),
  version: z.int().check(z.positive()),
  seq: z.int().check(z.positive()),
  status: z.string(),
  phase: z.string(),
  progress: z.number().check(z.gte(0), z.lte(100)),
  asset: assetSchema,
  terminal: z.boolean(),
  startedAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  message: z.nullable(z.string()),
  unknown: z.int().check(z.nonnegative()),
  facts: z.record(z.string(), z.unknown()),
  now: z.record(z.string(), z.unknown()),
});

/** Page of snapshots: the caller's live operations. */
export const snapshotListSchema = z.looseObject({ operations: z.array(snapshotSchema) });

/** Reads a snapshot of a process. @throws NftUpgradeError `invalid_event` */
export function parseSnapshot(process: AnyProcess, value: unknown): Snapshot {
  const parsed = z.safeParse(snapshotSchema, value);
  if (!parsed.success) throw new NftUpgradeError('invalid_event', { details: issueDetails(parsed.error) });
  if (parsed.data.process !== process.name) {
    throw new NftUpgradeError('invalid_event', { details: { field: 'process', problem: `is not ${process.name}` } });
  }
  return parsed.data;
}
