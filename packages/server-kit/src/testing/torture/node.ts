/**
 * One node of the torture: a whole server on the Postgres and the chain that its environment names.
 * It is killed without a warning, again and again, and started again by the same command.
 */
import { createServer } from 'node:http';
import { formerOf, processes } from '@aiw3/nft-upgrade/protocol';
import { Keypair } from '@solana/web3.js';
import { toNodeHandler } from '../../adapters/node.ts';
import { sqlState } from '../../db/errors.ts';
import { defaultDeadlines } from '../../engine/ports/deadlines.ts';
import { createHandler } from '../../http/handler.ts';
import { createService } from '../../service.ts';
import { createSolanaChain } from '../../solana/index.ts';
import { createRpc } from '../../solana/rpc.ts';
import { sharedContent } from './content.ts';
import { openTortureDatabase } from './database.ts';
import { createHanging } from './hanging.ts';
import { isOlder } from './older.ts';
import { tortureCompensator } from './operator.ts';
import { holderOf, openOperations, tortureRules } from './rules.ts';
import {
  DEADLINE_MS,
  type NodeMessage,
  type NodeReport,
  readSettings,
  tortureTiming,
} from './settings.ts';

const report = (report: NodeReport) => process.send?.(report);
const { databaseUrl, rpcUrl, port, authority } = readSettings(process.env);
const db = await openTortureDatabase(databaseUrl, `node ${port} (${process.pid})`);
const rpc = await createRpc({ endpoints: [rpcUrl] });
const hanging = createHanging(() => report('hung'));
const rules = tortureRules(db);
const service = await createService({
  db,
  ...(isOlder && {
    processes: { ...processes, upgrade: formerOf(processes.upgrade) ?? processes.upgrade },
  }),
  chain: hanging.bindChain(createSolanaChain({ rpc, authority: Keypair.fromSecretKey(authority) })),
  content: hanging.bind(sharedContent(db)),
  rules: {
    claim: hanging.bind(rules.claim),
    upgrade: hanging.bind(rules.upgrade),
    badge_activation: hanging.bind(rules.badge_activation),
  },
  compensator: hanging.bind(tortureCompensator(db)),
  ...tortureTiming,
  deadlines: Object.fromEntries(Object.keys(defaultDeadlines).map((name) => [name, DEADLINE_MS])),
  patience: {
    retryBaseMs: 50,
    retryMaxMs: 500,
    // So that some are owed; of an embedded database nobody can tell the operator.
    maxAttempts: db.flavour === 'postgres' ? 1 : 1_000,
    maxPreflightAttempts: 1_000,
    burnWindowMs: 600_000,
  },
  onError(error) {
    // Undefined tables, columns and functions, and what else stands in that class.
    const state = sqlState(error);
    if (state?.startsWith('42')) report({ unfit: state });
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
    streamsPerOperation: 200,
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
const server = createServer(serve).listen(port, '127.0.0.1', () => process.send?.('ready'));

const leave = async () => {
  await handler.drain({ spreadMs: 500, timeoutMs: 3_000 });
  await new Promise((closed) => server.close(closed));
  await service.stop();
  process.exit(0);
};
process.on('message', (message: NodeMessage) => {
  if (message === 'leave') void leave();
  else hanging.hang(message.hang);
});
// Without the one who kills and restarts it, it must not stay.
process.on('disconnect', () => process.exit(0));
