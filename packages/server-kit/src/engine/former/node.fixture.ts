/**
 * A node of the code in a folder, for tests: serves the protocol, and does what its parent asks.
 * Everything but this file comes from that folder.
 */
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Keypair } from '@solana/web3.js';
import type { StandardProcesses } from '../../processes.ts';

/** What a node is started with. */
export interface NodeSettings {
  /** Folder of the code. */
  root: string;
  databaseUrl: string;
  rpcUrl: string;
  /** Secret of the mint authority, base64. */
  authority: string;
  /** The NFT and the wallet of each user, by id. */
  users: Readonly<Record<string, { mint: string; wallet: string }>>;
}

/** What a node is asked. */
export type NodeRequest =
  | { kind: 'start'; user: string; process: 'upgrade' | 'claim'; protocol?: number }
  | { kind: 'inspect'; transaction: string; operationId: string; user: string };

const settings = JSON.parse(process.argv[2] ?? '') as NodeSettings;
const load = (path: string): Promise<unknown> =>
  import(pathToFileURL(join(settings.root, 'packages', path)).href);

const { createService } = (await load(
  'server-kit/src/service.ts',
)) as typeof import('../../service.ts');
const { postgres } = (await load(
  'server-kit/src/db/postgres.ts',
)) as typeof import('../../db/postgres.ts');
const { createRpc } = (await load(
  'server-kit/src/solana/rpc.ts',
)) as typeof import('../../solana/rpc.ts');
const { createSolanaChain } = (await load(
  'server-kit/src/solana/chain.ts',
)) as typeof import('../../solana/chain.ts');
const { createHandler } = (await load(
  'server-kit/src/http/handler.ts',
)) as typeof import('../../http/handler.ts');
const { toNodeHandler } = (await load(
  'server-kit/src/adapters/node.ts',
)) as typeof import('../../adapters/node.ts');
const { memoryContent, permissiveRules } = (await load(
  'server-kit/src/testing/rules.ts',
)) as typeof import('../../testing/rules.ts');
const { solanaGuard } = (await load(
  'core/src/solana/index.ts',
)) as typeof import('@aiw3/nft-upgrade/solana');

const userOf = (id: string) => ({ mint: '', wallet: '', ...settings.users[id] });
const principalOf = (id: string) => ({ id, wallet: userOf(id).wallet });
const { rules } = permissiveRules('', 'token-2022');
const service = await createService<StandardProcesses>({
  db: await postgres({ connectionString: settings.databaseUrl }),
  chain: createSolanaChain({
    rpc: await createRpc({ endpoints: [settings.rpcUrl] }),
    authority: Keypair.fromSecretKey(Buffer.from(settings.authority, 'base64')),
  }),
  content: memoryContent().store,
  rules: {
    ...rules,
    upgrade: {
      ...rules.upgrade,
      subject: async ({ principal }) => `nft:${userOf(principal.id).mint}`,
      qualify: async ({ principal }) => ({
        qualified: true,
        facts: {
          currentNFT: {
            mintAddress: userOf(principal.id).mint,
            tierId: 'tier-1',
            tierName: 'Tech Chicken',
          },
          targetTier: { tierId: 'tier-2', tierName: 'Quant Ape', level: 2 },
        },
      }),
    },
  },
  watchMs: 50,
  sweepMs: 200,
  takeoverMs: 600,
});
const handler = createHandler(service, {
  authenticate: async (request) =>
    principalOf((request.headers.get('authorization') ?? '').replace('Bearer ', '')),
});
const server = createServer(toNodeHandler(handler));

const answers: { [K in NodeRequest['kind']]: (request: NodeRequest & { kind: K }) => unknown } = {
  async start({ user, process: name, protocol }) {
    const { snapshot } = await service.start({
      process: name,
      principal: principalOf(user),
      input: name === 'upgrade' ? { targetTierId: 'tier-2' } : {},
      idempotencyKey: null,
      ...(protocol !== undefined && { protocol }),
    });
    return snapshot.operationId;
  },
  inspect: ({ transaction, operationId, user }) =>
    solanaGuard().inspect(
      transaction,
      { operationId, mint: userOf(user).mint, owner: userOf(user).wallet },
      'before',
    ).safe,
};

async function reply(request: NodeRequest): Promise<void> {
  try {
    const answer =
      request.kind === 'start' ? await answers.start(request) : answers.inspect(request);
    process.send?.({ answer });
  } catch (error) {
    process.send?.({ error: error instanceof Error && 'code' in error ? error.code : 'unknown' });
  }
}
process.on('message', (request: NodeRequest) => void reply(request));
server.listen(0, '127.0.0.1', () => process.send?.({ answer: server.address() }));
