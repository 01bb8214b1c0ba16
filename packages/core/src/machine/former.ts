import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { AnyProcess } from './types.ts';

/** What a definition says of its versions. */
type Versions = Pick<AnyProcess, 'version' | 'formerVersion'>;

/**
 * True for an operation whose burn and mint are named by the operation itself: it began under the
 * former version, or before it.
 */
export const isFormer = (
  { formerVersion = 0 }: Versions,
  { version }: { readonly version: number },
): boolean => version <= formerVersion;

/** The version of a process that a client begins, by the protocol that it speaks. */
export const versionFor = (
  { version, formerVersion = version }: Versions,
  protocol: number,
): number => (protocol < PROTOCOL_VERSION ? formerVersion : version);

/**
 * The former definition of a process: the same phases and statuses under its number. Null for a
 * process that has none.
 */
export const formerOf = <P extends AnyProcess>(process: P): P | null =>
  process.formerVersion === undefined || process.formerVersion === process.version
    ? null
    : { ...process, version: process.formerVersion };
