import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Keypair } from '@solana/web3.js';
import type { Db } from '../../db/db.ts';
import { type Migration, migrate } from '../../db/migrate.ts';
import { type LiteChain, startChain } from '../chain/index.ts';
import { freePort } from '../embedded-postgres.ts';
import { type Audit, audit } from './audit.ts';
import { startTortureDatabase, type TortureDatabase, type TortureFlavour } from './database.ts';
import { fenceTables } from './fence.ts';
import { startOperator } from './operator.ts';
import { tortureTables } from './rules.ts';
import { type NodeReport, toEnvironment } from './settings.ts';
import type { UsersReport, UsersTask } from './users.ts';
import { createVictim, type Victim } from './victim.ts';

export interface FleetOptions {
  flavour: TortureFlavour;
  /** Its sessions are serializable where nothing else is said. Postgres only. */
  serializable: boolean;
  /** Of the tables that are there when the first node starts. */
  migrations: readonly Migration[];
  /** Files to run. */
  programs: { node: string; users: string };
  /** Server processes. */
  nodes: number;
  /** Client processes. */
  clients: number;
  /** Users in each client process. */
  usersEach: number;
  /** See {@link UsersTask}. */
  balanced: boolean;
}

/** Several nodes on one database and one chain, with users who never pause. */
export interface Fleet {
  readonly database: TortureDatabase;
  /** The database; null where the nodes have it for themselves. */
  readonly eyes: Db | null;
  readonly chain: LiteChain;
  readonly nodes: readonly Victim[];
  readonly clients: readonly Victim[];
  /** Operations that clients know of. */
  readonly acknowledged: ReadonlySet<string>;
  /** What went wrong on the way, by code: what clients met, and why they gave an operation up. */
  readonly problems: Readonly<Record<string, number>>;
  readonly gaveUp: Readonly<Record<string, number>>;
  /** Errors of nodes whose code and tables do not fit, by SQLSTATE. */
  readonly unfit: Readonly<Record<string, number>>;
  /** Calls into the host that hung. */
  readonly hung: number;
  /** Lets users finish what they began, and waits for the end of every operation. */
  settle(): Promise<{ restMs: number }>;
  /** What there is once everything has come to rest. Ends the nodes. */
  audit(faults: readonly number[]): Promise<Audit>;
  stop(): Promise<void>;
}

const SETTLE_MS = 60_000;

/** Starts them; nothing has been done to them yet. */
export async function openFleet(options: FleetOptions): Promise<Fleet> {
  const { flavour, serializable, programs, usersEach, balanced } = options;
  process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'nft-upgrade-compile-cache');
  const [database, chain] = await Promise.all([
    startTortureDatabase(flavour, { serializable }),
    startChain({ runtime: 'lite', slotMs: 40, finalizeDepth: 6 }),
  ]);
  const first = await database.open();
  await migrate(first, options.migrations);
  await first.sql(tortureTables);
  if (database.faults) await first.sql(fenceTables);
  // Only nodes can have a database open that is theirs.
  const eyes = database.faults ? first : null;
  if (!eyes) await first.close();
  const operator = eyes && startOperator(eyes);

  const authority = Keypair.generate();
  await chain.airdrop(authority.publicKey.toBase58(), 1_000_000_000_000_000n);
  const acknowledged = new Set<string>();
  const problems: Record<string, number> = {};
  const gaveUp: Record<string, number> = {};
  const unfit: Record<string, number> = {};
  let hung = 0;
  const count = (table: Record<string, number>, key: string) => {
    table[key] = (table[key] ?? 0) + 1;
  };

  const ports = await Promise.all(
    Array.from({ length: Math.min(options.nodes, database.mostNodes) }, freePort),
  );
  const nodes = ports.map((port) =>
    createVictim({
      program: programs.node,
      environment: toEnvironment({
        databaseUrl: database.url,
        rpcUrl: chain.rpcUrl,
        port,
        authority: authority.secretKey,
      }),
      onMessage(message) {
        const report = message as NodeReport;
        if (report === 'hung') hung += 1;
        else count(unfit, report.unfit);
      },
    }),
  );
  const clients = await Promise.all(
    Array.from({ length: options.clients }, async () => {
      const keypairs = Array.from({ length: usersEach }, () => Keypair.generate());
      for (const { publicKey } of keypairs)
        await chain.airdrop(publicKey.toBase58(), 100_000_000_000n);
      const task: UsersTask = {
        nodes: ports.map((port) => `http://127.0.0.1:${port}`),
        rpcUrl: chain.rpcUrl,
        keys: keypairs.map(({ secretKey }) => Buffer.from(secretKey).toString('base64')),
        balanced,
      };
      const onMessage = (message: unknown) => {
        const report = message as UsersReport;
        if ('acknowledged' in report) acknowledged.add(report.acknowledged);
        else if ('gaveUp' in report) count(gaveUp, report.gaveUp);
        else count(problems, report.problem);
      };
      return createVictim({ program: programs.users, environment: {}, task, onMessage });
    }),
  );

  // Asked of a node: it may be the only one that can look.
  const open = async (): Promise<number> => {
    const answer = await fetch(`http://127.0.0.1:${ports[0]}/?open`, {
      signal: AbortSignal.timeout(3_000),
    });
    return ((await answer.json()) as { open: number }).open;
  };
  const end = (victims: readonly Victim[]) => Promise.all(victims.map((victim) => victim.end({})));

  return {
    database,
    eyes,
    chain,
    nodes,
    clients,
    acknowledged,
    problems,
    gaveUp,
    unfit,
    get hung() {
      return hung;
    },
    async settle() {
      const stopped = Date.now();
      await Promise.all(clients.map((client) => client.end({ politelyMs: SETTLE_MS / 2 })));
      while ((await open().catch(() => 1)) > 0 && Date.now() - stopped < SETTLE_MS)
        await sleep(100);
      await operator?.stop();
      return { restMs: Date.now() - stopped };
    },
    async audit(faults) {
      if (!eyes) await end(nodes);
      const db = eyes ?? (await database.open());
      const found = await audit({
        db,
        rpcUrl: chain.rpcUrl,
        authority: authority.publicKey.toBase58(),
        acknowledged,
        faults,
      });
      await end(nodes);
      if (!eyes) await db.close();
      return found;
    },
    async stop() {
      await operator?.stop();
      await end([...nodes, ...clients]);
      await eyes?.close();
      await chain.stop();
      await database.stop();
    },
  };
}

/** Runs `work` with programs that are deleted afterwards. */
export async function withPrograms<T>(
  folders: readonly Promise<string>[],
  work: (...folders: string[]) => Promise<T>,
): Promise<T> {
  const all = await Promise.all(folders);
  try {
    return await work(...all);
  } finally {
    await Promise.all(all.map((folder) => rm(folder, { recursive: true, force: true })));
  }
}
