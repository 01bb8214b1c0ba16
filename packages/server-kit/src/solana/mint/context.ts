import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Keypair, PublicKey } from '@solana/web3.js';
import { addressOf } from '../address.ts';
import type { PriorityFee } from '../fees.ts';
import type { HistoryReader } from '../rpc/history.ts';
import type { Rpc } from '../rpc.ts';
import type { Standards } from '../standards/index.ts';

/** What every part of the mint side has at hand. */
export interface MintContext {
  readonly rpc: Rpc;
  readonly standards: Standards;
  /** Mints what begins now. */
  readonly authority: Keypair;
  /** By their id: the authority, and former ones that open operations still mint with. */
  readonly authorities: ReadonlyMap<string, Keypair>;
  readonly priorityFee: Required<PriorityFee>;
  readonly history: HistoryReader;
}

/** Id of an authority: its address. */
export const keyOf = (authority: Keypair): string => authority.publicKey.toBase58();

/**
 * Who mints or has minted with a key. Looking takes no secret, so also keys that are gone are known
 * by their id. @throws NftUpgradeError `invalid_request`
 */
export const authorityAddress = (key: string): PublicKey => addressOf(key, 'key');

/** For signing. @throws NftUpgradeError `mint_key_unknown` */
export function authorityOf({ authorities }: MintContext, key: string): Keypair {
  const authority = authorities.get(key);
  if (!authority)
    throw new NftUpgradeError('mint_key_unknown', {
      details: { key, known: [...authorities.keys()] },
    });
  return authority;
}
