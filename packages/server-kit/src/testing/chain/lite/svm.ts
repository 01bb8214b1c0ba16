import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { decodeBase58 } from '@aiw3/nft-upgrade/solana';
import type { Account, LiteSvm } from 'litesvm/dist/internal.js';
import { optionalPackage } from '../../../db/optional.ts';

/**
 * The native classes of LiteSVM. Its public class speaks the types of `@solana/kit`; only the inner
 * one takes the bytes of a transaction as they come.
 */
export type Native = typeof import('litesvm/dist/internal.js');
export type { Account, LiteSvm };

/**
 * @throws NftUpgradeError `missing_capability` without the package `litesvm`, or without its binary
 *   for this platform
 */
export async function loadLiteSvm(): Promise<Native> {
  return optionalPackage('litesvm', async () => {
    try {
      return await import('litesvm/dist/internal.js');
    } catch (error) {
      if (error instanceof Error && error.message.includes('native binding')) {
        throw new NftUpgradeError('missing_capability', {
          message: `The package litesvm has no binary for ${process.platform}-${process.arch}.`,
          details: { package: 'litesvm' },
          cause: error,
        });
      }
      throw error;
    }
  });
}

/** The 32 bytes of an address that is known to be one. @throws NftUpgradeError `invalid_option` */
export function keyBytes(address: string): Uint8Array<ArrayBuffer> {
  const bytes = decodeBase58(address, 32);
  if (bytes === null)
    throw new NftUpgradeError('invalid_option', {
      message: 'This is not a Solana address.',
      details: { address },
    });
  return bytes;
}
