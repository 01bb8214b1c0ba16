import { writeFileSync } from 'node:fs';
import { startChain } from '@aiw3/nft-upgrade-server-kit/testing';
import { Keypair } from '@solana/web3.js';

/**
 * A local Solana chain in a process of its own, so that a server can be stopped and started again
 * on it.
 *
 *   node chain.ts [file for the key of a funded mint authority]
 */
const [keyFile] = process.argv.slice(2);
// Surfpool 1.5 stops answering after some operations in a row.
const chain = await startChain({ runtime: 'lite' });
if (keyFile) {
  const authority = Keypair.generate();
  await chain.airdrop(authority.publicKey.toBase58(), 100_000_000_000n);
  writeFileSync(keyFile, JSON.stringify([...authority.secretKey]), { mode: 0o600 });
}
console.log(JSON.stringify({ rpcUrl: chain.rpcUrl, wsUrl: chain.wsUrl, runtime: chain.kind }));
process.on('SIGTERM', () => void chain.stop().then(() => process.exit(0)));
process.on('SIGINT', () => void chain.stop().then(() => process.exit(0)));
