import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { AccountInfo } from '@solana/web3.js';
import { splToken } from './spl-token.ts';
import type { NftStandard } from './standard.ts';
import { token2022 } from './token-2022.ts';

/**
 * The standards that a chain knows. Names are unique; the first that recognises a mint is taken.
 */
export interface Standards {
  /** @throws NftUpgradeError `nft_unsupported` */
  named(name: string): NftStandard;
  /** @throws NftUpgradeError `nft_unsupported` */
  of(mint: AccountInfo<Buffer>): NftStandard;
  readonly all: readonly NftStandard[];
}

/** The standards that are supported unless told otherwise. */
export const defaultStandards = (): NftStandard[] => [token2022(), splToken()];

/** @throws NftUpgradeError `invalid_option` for two standards of one name, or none */
export function createStandards(list: readonly NftStandard[]): Standards {
  const names = list.map(({ name }) => name);
  if (list.length === 0 || new Set(names).size !== names.length)
    throw new NftUpgradeError('invalid_option', {
      message:
        'createSolanaChain: standards needs at least one entry, each with a name of its own.',
    });
  return {
    all: list,
    named: (name) =>
      list.find((standard) => standard.name === name) ??
      unsupported(`The standard ${name} is not configured.`, names),
    of: (mint) =>
      list.find((standard) => standard.recognises(mint)) ??
      unsupported(
        `No configured standard recognises a mint of the program ${mint.owner.toBase58()}.`,
        names,
      ),
  };
}

function unsupported(message: string, known: readonly string[]): never {
  throw new NftUpgradeError('nft_unsupported', { message, details: { known } });
}
