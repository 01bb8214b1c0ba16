import { Keypair } from '@solana/web3.js';
import type { Db } from '../../db/db.ts';
import { localStore } from '../../ipfs/local.ts';
import type { Service, ServiceOptions } from '../../service.ts';
import { createSolanaChain } from '../../solana/chain.ts';
import { signWith } from '../../solana/fixtures.ts';
import { createRpc } from '../../solana/rpc.ts';
import type { CrashPoint } from '../../testing/crash/index.ts';
import { permissiveRules } from '../../testing/rules.ts';
import { playUser } from '../../testing/user.ts';

/** All that a process has to know to be a node, and its user, and to die. */
export interface Doom {
  /** As `openTortureDatabase` takes it. */
  database: string;
  rpcUrl: string;
  /** Where uploads are kept. */
  content: string;
  /** Secret keys. */
  authority: readonly number[];
  owner: readonly number[];
  /** Address of the old NFT. */
  mint: string;
  point: CrashPoint;
}

const keypair = (secret: readonly number[]) => Keypair.fromSecretKey(Uint8Array.from(secret));

/** A node as it starts, each time, on what outlives it: the database, the chain and the uploads. */
export async function nodeOf(
  { rpcUrl, content, authority, mint }: Doom,
  db: Db,
): Promise<ServiceOptions> {
  const rpc = await createRpc({ endpoints: [rpcUrl] });
  return {
    db,
    chain: createSolanaChain({ rpc, authority: keypair(authority) }),
    content: localStore({ folder: content }),
    rules: permissiveRules(mint, 'token-2022').rules,
    watchMs: 20,
    sweepMs: 200,
    takeoverMs: 600,
    patience: { retryBaseMs: 10, retryMaxMs: 50 },
  };
}

/** The user, before and after the death: never signs what was signed before. */
export function useNode(service: Service, { owner }: Doom) {
  const wallet = keypair(owner);
  const address = wallet.publicKey.toBase58();
  const principal = { id: address, wallet: address };
  return playUser(service, {
    process: 'upgrade',
    principal,
    idempotencyKey: address,
    sign: (transaction) => signWith(transaction, wallet),
    timeoutMs: 60_000,
  });
}
