import type { AnyProcess } from '@aiw3/nft-upgrade/protocol';
import { burnDriver } from './burn.ts';
import type { PhaseDriver, Step } from './driver.ts';
import { metadataDriver } from './metadata.ts';
import { mintDriver } from './mint.ts';
import { preflightDriver } from './preflight.ts';
import { recordDriver } from './record.ts';

/**
 * How each phase is made to happen, by the name it has in the process definition. A new kind of
 * step is one more line.
 */
export const drivers: Readonly<Record<string, PhaseDriver>> = {
  preflight: preflightDriver((step: Step) => driversOf(step.loaded.process)),
  burn: burnDriver,
  metadata: metadataDriver,
  mint: mintDriver,
  record: recordDriver,
};

export const driversOf = (process: AnyProcess): PhaseDriver[] =>
  process.phases.flatMap((phase) => drivers[phase] ?? []);
