import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Keypair } from '@solana/web3.js';
import { migrate } from '../../db/migrate.ts';
import { migrations } from '../../db/tables.ts';
import { startChain } from '../chain/index.ts';
import { freePort } from '../embedded-postgres.ts';
import { type Audit, audit } from './audit.ts';
import { bundlePrograms } from './bundle.ts';
import { startTortureDatabase, type TortureFlavour } from './database.ts';
import { tortureTables } from './rules.ts';
import { toEnvironment } from './settings.ts';
import type { UsersReport, UsersTask } from './users.ts';
import { createVictim, type Victim } from './victim.ts';

export interface TortureOptions {
  /**
   * What they work on. Default `postgres`; on `pglite` there is one node, and its database dies
   * with it.
   */
  database?: TortureFlavour;
  /** How long processes are killed; then everything has to come to rest. */
  forMs: number;
  /** Mean pause between two kills. Milliseconds, default 400. */
  everyMs?: number;
  /** Server processes. Default 3. */
  nodes?: number;
  /** Client processes. Default 4. */
  clients?: number;
  /** Users in each client process. Default 2. */
  usersEach?: number;
  /** Prints now and then how it goes. */
  print?(line: string): void;
}

export interface TortureReport extends Omit<Audit, 'violations'> {
  kills: { nodes: number; clients: number; database: number; total: number };
  /** Forks and lost transactions, on top of the kills. */
  chainFaults: number;
  /** What clients met on the way and tried again after, by code. */
  problems: Readonly<Record<string, number>>;
  violations: number;
  /** The first of them, in words. */
  found: readonly string[];
  /** Between the last kill and the end of the last operation. */
  restMs: number;
}

/**
 * Share of the kills that hit each kind. The database takes a second to come back, so it is hit
 * rarely.
 */
const DATABASE_SHARE = 0.01;
const CLIENT_SHARE = 0.7;
const CHAIN_FAULT_SHARE = 0.02;
const STARTING_SHARE = 0.1;
const SETTLE_MS = 60_000;

/**
 * Runs several nodes on one Postgres and one chain, with users who claim, activate and upgrade
 * without a pause, and kills all of them at random. Then it waits until everything has come to its
 * end, and looks for what must not be.
 */
export async function torture(options: TortureOptions): Promise<TortureReport> {
  const {
    forMs,
    everyMs = 400,
    nodes: wanted = 3,
    database: flavour = 'postgres',
    clients: clientCount = 4,
    usersEach = 2,
    print = () => undefined,
  } = options;
  process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'nft-upgrade-compile-cache');
  const [database, chain] = await Promise.all([
    startTortureDatabase(flavour),
    startChain({ runtime: 'lite', slotMs: 40, finalizeDepth: 6 }),
  ]);
  const nodeCount = Math.min(wanted, database.mostNodes);
  const victims: Victim[] = [];
  const programs = await bundlePrograms(['node.ts', 'users.ts']);
  try {
    const first = await database.open();
    await migrate(first, migrations);
    await first.sql(tortureTables);
    await first.close();

    const authority = Keypair.generate();
    await chain.airdrop(authority.publicKey.toBase58(), 1_000_000_000_000_000n);
    const ports = await Promise.all(Array.from({ length: nodeCount }, freePort));
    const environments = ports.map((port) =>
      toEnvironment({
        databaseUrl: database.url,
        rpcUrl: chain.rpcUrl,
        port,
        authority: authority.secretKey,
      }),
    );
    const nodes = environments.map((environment) =>
      createVictim({ program: join(programs, 'node.mjs'), environment }),
    );
    victims.push(...nodes);

    const acknowledged = new Set<string>();
    const problems: Record<string, number> = {};
    const clients = await Promise.all(
      Array.from({ length: clientCount }, async () => {
        const keypairs = Array.from({ length: usersEach }, () => Keypair.generate());
        for (const { publicKey } of keypairs)
          await chain.airdrop(publicKey.toBase58(), 100_000_000_000n);
        const task: UsersTask = {
          nodes: ports.map((port) => `http://127.0.0.1:${port}`),
          rpcUrl: chain.rpcUrl,
          keys: keypairs.map(({ secretKey }) => Buffer.from(secretKey).toString('base64')),
        };
        const onMessage = (message: unknown) => {
          const report = message as UsersReport;
          if ('acknowledged' in report) acknowledged.add(report.acknowledged);
          else problems[report.problem] = (problems[report.problem] ?? 0) + 1;
        };
        return createVictim({
          program: join(programs, 'users.mjs'),
          environment: {},
          task,
          onMessage,
        });
      }),
    );
    victims.push(...clients);

    const kills = { nodes: 0, clients: 0, database: 0, total: 0 };
    const times: number[] = [];
    let chainFaults = 0;
    const count = (kind: 'nodes' | 'clients' | 'database') => {
      kills[kind] += 1;
      kills.total += 1;
      times.push(Date.now());
    };
    const any = <T>(from: readonly T[]): T | undefined =>
      from[Math.floor(Math.random() * from.length)];
    const end = Date.now() + forMs;
    let printedAt = Date.now();
    while (Date.now() < end) {
      await sleep(Math.min(Math.random() * 2 * everyMs, end - Date.now()));
      if (Date.now() >= end) break;
      const dice = Math.random();
      if (dice < DATABASE_SHARE && database.killAndRestart) {
        count('database');
        await database.killAndRestart();
      } else if (dice < DATABASE_SHARE + CHAIN_FAULT_SHARE) {
        chainFaults += 1;
        if (Math.random() < 0.5) chain.controls.dropNext(1);
        else chain.controls.rollback(1 + Math.floor(Math.random() * 3));
      } else {
        const kind = dice < DATABASE_SHARE + CHAIN_FAULT_SHARE + CLIENT_SHARE ? 'clients' : 'nodes';
        // Mostly those that work: who is killed again and again while it starts up harms nobody.
        const all = kind === 'clients' ? clients : nodes;
        const up = Math.random() < STARTING_SHARE ? all : all.filter(({ ready }) => ready);
        if (await any(up)?.kill()) count(kind);
      }
      if (Date.now() - printedAt > 30_000) {
        printedAt = Date.now();
        print(
          `${kills.total} kills, ${acknowledged.size} operations acknowledged, ` +
            `${Math.round((end - printedAt) / 1_000)} s left`,
        );
      }
    }

    const stopped = Date.now();
    await Promise.all(clients.map((client) => client.end({ politelyMs: SETTLE_MS / 2 })));
    // Asked of a node: it may be the only one that can look.
    const open = async (): Promise<number> => {
      const answer = await fetch(`http://127.0.0.1:${ports[0]}/?open`, {
        signal: AbortSignal.timeout(3_000),
      });
      return ((await answer.json()) as { open: number }).open;
    };
    while ((await open().catch(() => 1)) > 0 && Date.now() - stopped < SETTLE_MS) await sleep(100);
    const restMs = Date.now() - stopped;
    if (database.isTheirs) await Promise.all(nodes.map((node) => node.end({})));
    const db = await database.open();
    const { violations, ...rest } = await audit({
      db,
      rpcUrl: chain.rpcUrl,
      authority: authority.publicKey.toBase58(),
      acknowledged,
      kills: times,
    });
    await Promise.all(nodes.map((node) => node.end({})));
    await db.close();
    return {
      kills,
      chainFaults,
      problems,
      ...rest,
      violations: violations.length,
      found: violations.slice(0, 20),
      restMs,
    };
  } finally {
    await Promise.all(victims.map((victim) => victim.end({})));
    await chain.stop();
    await database.stop();
    await rm(programs, { recursive: true, force: true });
  }
}
