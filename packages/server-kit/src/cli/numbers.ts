import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Flags } from './command.ts';

/** Reads a number of a command line. @throws NftUpgradeError `invalid_option` naming it */
export function wholeNumber(name: string, text: string, most = Number.MAX_SAFE_INTEGER): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (number > 0 && number <= most) return number;
  throw new NftUpgradeError('invalid_option', {
    message:
      `${name} has to be a whole number from 1` +
      `${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ''}.`,
  });
}

/**
 * How many rows a list shows: `--limit`, 100 without it. @throws NftUpgradeError `invalid_option`
 */
export const limitOf = (flags: Flags): number => wholeNumber('--limit', String(flags.limit ?? 100));
