import { createHash } from 'node:crypto';
import { PublicKey } from '@solana/web3.js';

/**
 * What the address follows from besides the authority. 32 characters: the longest seed that the
 * System program takes.
 */
export const mintSeed = (operationId: string): string =>
  createHash('sha256').update(operationId).digest('base64url').slice(0, 32);

/**
 * Address of the NFT that an operation mints. It needs no key of its own, can be told beforehand,
 * and only the authority can create an account there. As an account is created once, so is the NFT,
 * however many workers try.
 */
export const mintAddress = (
  authority: PublicKey,
  operationId: string,
  tokenProgram: PublicKey,
): Promise<PublicKey> => PublicKey.createWithSeed(authority, mintSeed(operationId), tokenProgram);
