import { NftUpgradeError } from '../errors/error.ts';
import type { AnyProcess, Snapshot } from '../machine/types.ts';
import { read } from '../schema/index.ts';
import * as wire from './wire.ts';

/** Reads a snapshot of a process. @throws NftUpgradeError `invalid_event` */
export function parseSnapshot(process: AnyProcess, value: unknown): Snapshot {
  const snapshot = read(wire.snapshot, value);
  if (snapshot.process !== process.name) {
    throw new NftUpgradeError('invalid_event', {
      details: { field: 'process', expected: process.name },
    });
  }
  return { ...snapshot }; // its own: the host may go on with what it gave
}
