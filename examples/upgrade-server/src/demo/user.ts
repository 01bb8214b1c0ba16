import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { keypairWallet } from '@aiw3/nft-upgrade/testing';
import { Keypair } from '@solana/web3.js';

/** A fresh wallet whose owner has traded enough for the second level and owns two badges. */
export async function createDemoUser(
  url: string,
  fetch: typeof globalThis.fetch,
  airdrop: (address: string, lamports: bigint) => Promise<void>,
) {
  const keypair = Keypair.generate();
  const address = keypair.publicKey.toBase58();
  const [response] = await Promise.all([
    fetch(`${url}/dev/users`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ wallet: address }),
    }),
    airdrop(address, 1_000_000_000n),
  ]);
  if (!response.ok)
    throw new NftUpgradeError('temporarily_unavailable', {
      message: `The user could not be made: the server answered ${response.status}.`,
    });
  const { id, token } = (await response.json()) as { id: string; token: string };
  return {
    id,
    address,
    secretKey: keypair.secretKey,
    wallet: keypairWallet(keypair.secretKey),
    token,
  };
}

export type DemoUser = Awaited<ReturnType<typeof createDemoUser>>;
