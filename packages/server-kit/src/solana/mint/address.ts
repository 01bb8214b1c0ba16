import { createHash } from 'node:crypto';
import { PublicKey } from '@solana/web3.js';

/**
 * What the address follows from besides the authority. 32 characters: the longest seed that the
 * System program takes.
 */
export const mintSeed = (identity: string): string =>
  createHash('sha256').update(identity).digest('base64url').slice(0, 32);

/**
 * Address of the NFT that is minted for an identity. It needs no key of its own, can be told
 * beforehand, and only the authority can create an account there. As an account is created once, so
 * is the NFT, however many workers and databases try.
 */
export const mintAddress = (
  authority: PublicKey,
  identity: string,
  tokenProgram: PublicKey,
): Promise<PublicKey> => PublicKey.createWithSeed(authority, mintSeed(identity), tokenProgram);
