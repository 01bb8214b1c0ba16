/**
 * One node of the torture: a whole server on the Postgres and the chain that its environment names.
 * It is killed without a warning, again and again, and started again by the same command.
 */
import { createServer } from 'node:http';
import { Keypair } from '@solana/web3.js';
import { toNodeHandler } from '../../adapters/node.ts';
import { createHandler } from '../../http/handler.ts';
import { createService } from '../../service.ts';
import { createSolanaChain } from '../../solana/index.ts';
import { createRpc } from '../../solana/rpc.ts';
import { sharedContent } from './content.ts';
import { openTortureDatabase } from './database.ts';
import { holderOf, openOperations, tortureRules } from './rules.ts';
import { readSettings } from './settings.ts';

const { databaseUrl, rpcUrl, port, authority } = readSettings(process.env);
const db = await openTortureDatabase(databaseUrl);
const rpc = await createRpc({ endpoints: [rpcUrl] });
const service = await createService({
  db,
  chain: createSolanaChain({ rpc, authority: Keypair.fromSecretKey(authority) }),
  content: sharedContent(db),
  rules: tortureRules(db),
  // Everything that is seconds in production, shortened alike: a torture of minutes then holds as
  // many recoveries as days do.
  watchMs: 100,
  sweepMs: 500,
  takeoverMs: 1_500,
  patience: {
    retryBaseMs: 50,
    retryMaxMs: 500,
    maxAttempts: 1_000,
    maxPreflightAttempts: 1_000,
    burnWindowMs: 600_000,
  },
});
const many = 1_000_000;
const handler = createHandler(service, {
  // The name of a user is all that this test needs to know.
  authenticate: async (request) => {
    const id = request.headers.get('authorization')?.replace('Bearer ', '') ?? '';
    return id === '' ? null : { id, wallet: id };
  },
  limits: {
    connectionsPerPrincipal: 200,
    startsPerMinute: many,
    commandsPerMinute: many,
    readsPerMinute: many,
  },
  timing: { retryMs: 200 },
});
const serve = toNodeHandler(async (request) => {
  const { searchParams } = new URL(request.url);
  if (searchParams.has('open')) return Response.json({ open: await openOperations(db) });
  const user = searchParams.get('holder');
  return user === null ? handler.fetch(request) : Response.json({ nft: await holderOf(db, user) });
});
createServer(serve).listen(port, '127.0.0.1', () => process.send?.('ready'));
// Without the one who kills and restarts it, it must not stay.
process.on('disconnect', () => process.exit(0));
