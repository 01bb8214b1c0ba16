import { processes, routesOf, type Snapshot } from '@aiw3/nft-upgrade/protocol';
import { verifyReceipt } from '@aiw3/nft-upgrade/receipt';
import { cidOf } from '@aiw3/nft-upgrade-server-kit/ipfs';
import { getAssociatedTokenAddressSync, unpackAccount, unpackMint } from '@solana/spl-token';
import { Connection, PublicKey } from '@solana/web3.js';
import type { RunningServer } from '../server.ts';
import type { DemoRun } from './run.ts';
import type { DemoUser } from './user.ts';

/**
 * The facts after the run, read again from the chain, the store, the journal and the records, with
 * a list of what is wrong.
 */
export async function facts(
  server: RunningServer,
  fetch: typeof globalThis.fetch,
  user: DemoUser,
  run: DemoRun,
  ms: Record<string, number>,
) {
  const connection = new Connection(server.cluster.rpcUrl, 'finalized');
  const upgraded = run.operations.at(-1) as Snapshot;
  const claimed = run.operations[0] as Snapshot;
  const signature = String(upgraded.facts.burnTxSignature);
  const [oldMint, newMint, burn, metadata, badges, contiguous, receipt] = await Promise.all([
    readMint(connection, String(claimed.facts.mintAddress), user.address),
    readMint(connection, String(upgraded.facts.mintAddress), user.address),
    connection.getSignatureStatuses([signature], { searchTransactionHistory: true }),
    readMetadata(fetch, server.url, String(upgraded.facts.ipfsHash)),
    server.records.badges(user.id),
    Promise.all(
      run.operations.map((operation) => isContiguous(fetch, server.url, user.token, operation)),
    ),
    checkReceipt(server, upgraded.facts.receipt),
  ]);
  const result = {
    ok: true,
    wrong: [] as string[],
    operations: run.operations.map(({ process, operationId, status }) => ({
      process,
      operationId,
      status,
    })),
    burn: { signature, confirmation: burn.value[0]?.confirmationStatus ?? null },
    oldMint: { address: oldMint.address, supply: oldMint.supply },
    newMint: {
      address: newMint.address,
      supply: newMint.supply,
      owner: newMint.owner,
      mintAuthority: newMint.mintAuthority,
    },
    metadata: { cid: String(upgraded.facts.ipfsHash), ...metadata },
    receipt,
    badges: badges.map(({ badge_id, status }) => ({ id: badge_id, status })),
    journal: { contiguous: contiguous.every(Boolean) },
    ms: { ...ms, total: Object.values(ms).reduce((sum, part) => sum + part, 0) },
  };
  const expected: [string, boolean][] = [
    [
      'every operation completed',
      result.operations.length === 4 &&
        result.operations.every(({ status }) => status === 'completed'),
    ],
    ['the burn is finalized', result.burn.confirmation === 'finalized'],
    ['the old mint has no supply', result.oldMint.supply === '0'],
    ['the new mint has a supply of one', result.newMint.supply === '1'],
    ['the new NFT is in the wallet of the user', result.newMint.owner === user.address],
    ['nobody can mint it again', result.newMint.mintAuthority === null],
    ['the metadata has the hash of its CID', result.metadata.hashMatches],
    ['the receipt holds offline, by the public key alone', result.receipt.offline],
    ['the chain agrees with the receipt', result.receipt.onChain],
    [
      'both badges are consumed',
      result.badges.length === 2 && result.badges.every(({ status }) => status === 'consumed'),
    ],
    ['the journal has no gap', result.journal.contiguous],
  ];
  result.wrong = expected.filter(([, holds]) => !holds).map(([what]) => `not true: ${what}`);
  result.ok = result.wrong.length === 0;
  return result;
}

export type DemoFacts = Awaited<ReturnType<typeof facts>>;

async function readMint(connection: Connection, address: string, wallet: string) {
  const mint = new PublicKey(address);
  const account = await connection.getAccountInfo(mint);
  if (!account) return { address, supply: '0', owner: '', mintAuthority: null };
  const { supply, mintAuthority } = unpackMint(mint, account, account.owner);
  const token = getAssociatedTokenAddressSync(mint, new PublicKey(wallet), false, account.owner);
  const held = await connection.getAccountInfo(token);
  const holding = held && unpackAccount(token, held, account.owner);
  return {
    address,
    supply: supply.toString(),
    owner: holding && holding.amount === 1n ? holding.owner.toBase58() : '',
    mintAuthority: mintAuthority?.toBase58() ?? null,
  };
}

/** The check that any holder of the receipt can do: with the public key, then with a node. */
async function checkReceipt({ receiptKey, cluster }: RunningServer, receipt: unknown) {
  const keys = [receiptKey];
  const offline = await verifyReceipt(receipt, { keys });
  const onChain = await verifyReceipt(receipt, { keys, rpc: cluster.rpcUrl });
  return { key: receiptKey, offline: offline.valid, onChain: onChain.valid };
}

async function readMetadata(fetch: typeof globalThis.fetch, url: string, cid: string) {
  const response = await fetch(`${url}/ipfs/${cid}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { status: response.status, hashMatches: response.ok && (await cidOf(bytes)) === cid };
}

async function isContiguous(
  fetch: typeof globalThis.fetch,
  url: string,
  token: string,
  { process, operationId, seq }: Snapshot,
): Promise<boolean> {
  const definition = Object.values(processes).find(({ name }) => name === process);
  if (!definition) return false;
  const response = await fetch(`${url}${routesOf(definition).of(operationId, 'events')}?after=0`, {
    headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
  });
  const page = (await response.json()) as { events: { seq: number }[]; terminal: boolean };
  return (
    page.terminal &&
    page.events.length === seq &&
    page.events.every((event, index) => event.seq === index + 1)
  );
}
