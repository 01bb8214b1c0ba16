import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createUpgradeClient, walletSigning } from '@aiw3/nft-upgrade';
import { solanaGuard } from '@aiw3/nft-upgrade/solana';
import { keypairWallet } from '@aiw3/nft-upgrade/testing';
import type { Keypair } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../db/db.ts';
import { postgres } from '../../db/postgres.ts';
import { openSolanaEnvironment, type SolanaEnvironment, signWith } from '../../solana/fixtures.ts';
import { closeDatabases, testDatabaseUrl } from '../../testing/databases.ts';
import { checkOut, hasHistory, root } from './code.fixture.ts';
import type { NodeRequest, NodeSettings } from './node.fixture.ts';

/** A node in a process of its own. */
interface RunningNode {
  readonly url: string;
  ask<T>(request: NodeRequest): Promise<T>;
  kill(): Promise<void>;
}

const PATIENT = { timeout: 60_000, interval: 50 };
const users = ['alice', 'bob', 'carol', 'dave', 'erin'] as const;
type User = (typeof users)[number];

describe.skipIf(!hasHistory())(
  'beside nodes of commit 654c948, on postgres and a real chain',
  () => {
    let solana: SolanaEnvironment;
    let db: Db;
    let former: string;
    let settings: Omit<NodeSettings, 'root'>;
    const owners = new Map<User, Keypair>();
    const running = new Set<ChildProcess>();
    let old: RunningNode;
    let other: RunningNode;

    const start = async (code: string): Promise<RunningNode> => {
      const child = fork(
        join(import.meta.dirname, 'node.fixture.ts'),
        [JSON.stringify({ ...settings, root: code })],
        { execArgv: ['--conditions=aiw3-source'] },
      );
      running.add(child);
      const received = async <T>(): Promise<T> => {
        const [message] = (await once(child, 'message')) as [{ answer?: T; error?: string }];
        if (message.error !== undefined) throw new RangeError(message.error);
        return message.answer as T;
      };
      const { port } = await received<AddressInfo>();
      return {
        url: `http://127.0.0.1:${port}`,
        ask<T>(request: NodeRequest) {
          const answer = received<T>();
          child.send(request);
          return answer;
        },
        async kill() {
          running.delete(child);
          const gone = once(child, 'exit');
          child.kill('SIGKILL');
          await gone;
        },
      };
    };

    beforeAll(async () => {
      solana = await openSolanaEnvironment('lite', {}, { slotMs: 200, finalizeDepth: 4 });
      const databaseUrl = await testDatabaseUrl();
      const table: Record<string, { mint: string; wallet: string }> = {};
      for (const user of users) {
        const owner = await solana.wallet();
        owners.set(user, owner);
        const { mint } = await solana.issue(owner);
        table[user] = { mint, wallet: owner.publicKey.toBase58() };
      }
      settings = {
        databaseUrl,
        rpcUrl: solana.local.rpcUrl,
        authority: Buffer.from(solana.authority.secretKey).toString('base64'),
        users: table,
      };
      former = checkOut();
      // They make the tables of their time; afterwards none of them could start.
      old = await start(former);
      other = await start(former);
      db = await postgres({ connectionString: databaseUrl });
    }, 120_000);
    afterAll(async () => {
      for (const child of running) child.kill('SIGKILL');
      await db?.close();
      await closeDatabases();
      await solana?.stop();
      if (former) await rm(former, { recursive: true, force: true });
    });

    const rowOf = async (id: string) => {
      const [row] = await db.sql<{
        status: string;
        version: number;
        checked_at: Date;
        seq: number;
      }>('select status, version, checked_at, seq from nft_upgrade.operation where id = $1', [id]);
      return row ?? expect.fail(`${id} is not there`);
    };
    const until = (id: string, status: string) =>
      expect.poll(async () => (await rowOf(id)).status, PATIENT).toBe(status);
    const handedOut = async (id: string) => {
      const [row] = await db.sql<{ transaction: string; memo: string }>(
        `select data->>'transaction' as transaction, data->>'memo' as memo from nft_upgrade.attempt
        where operation_id = $1 and kind = 'burn'`,
        [id],
      );
      return row ?? expect.fail('nothing was handed out');
    };
    const burn = async (user: User, id: string) => {
      const owner = owners.get(user) ?? expect.fail('nobody');
      const signed = signWith((await handedOut(id)).transaction, owner);
      await solana.finalized(await solana.sendRaw(Buffer.from(signed, 'base64')));
    };
    const addressFor = (identity: string) => {
      const { mint } = solana.chain;
      return mint.address({ identity, key: mint.key, standard: 'token-2022' });
    };
    const held = (user: User) => solana.held((owners.get(user) ?? expect.fail('nobody')).publicKey);
    const mintOf = (user: User) => settings.users[user]?.mint ?? '';
    const upgrade = (user: User, protocol?: number): NodeRequest => ({
      kind: 'start',
      user,
      process: 'upgrade',
      ...(protocol !== undefined && { protocol }),
    });

    it('A1, S13: what is in flight keeps its address, also when its node is killed', async () => {
      const id = await old.ask<string>(upgrade('alice'));
      await until(id, 'awaiting_burn');
      const node = await start(root);
      await old.kill();
      await burn('alice', id);
      await until(id, 'completed');
      expect((await rowOf(id)).version).toBe(1);
      expect(await held('alice')).toEqual([await addressFor(id)]);
      await node.kill();
    }, 120_000);

    it('A1, S13: no former node claims, drives or joins what a node of today began', async () => {
      const node = await start(root);
      const id = await node.ask<string>(upgrade('bob'));
      await until(id, 'awaiting_burn');
      await node.kill();
      await burn('bob', id);
      const before = await rowOf(id);
      await expect(other.ask(upgrade('bob'))).rejects.toThrow('unknown_process');
      // Many rounds of its watch and of its sweep.
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      expect(await rowOf(id)).toEqual(before);
      expect(before.version).toBe(2);

      const next = await start(root);
      await until(id, 'completed');
      expect(await held('bob')).toEqual([await addressFor(`burned:${mintOf('bob')}`)]);
      await next.kill();
    }, 120_000);

    it('A1, C11: a page of its time signs what it begins on a node of today', async () => {
      const node = await start(root);
      const id = await node.ask<string>(upgrade('carol', 1));
      await until(id, 'awaiting_burn');
      const { memo, transaction } = await handedOut(id);
      expect(memo).toBe(`nft-upgrade:1:${id}`);
      const inspect = (user: User, operationId: string, bytes: string) =>
        other.ask<boolean>({ kind: 'inspect', user, operationId, transaction: bytes });
      expect(await inspect('carol', id, transaction)).toBe(true);
      await burn('carol', id);
      await until(id, 'completed');
      expect(await held('carol')).toEqual([await addressFor(id)]);

      const newer = await node.ask<string>(upgrade('dave'));
      await until(newer, 'awaiting_burn');
      expect(await inspect('dave', newer, (await handedOut(newer)).transaction)).toBe(false);
      await node.kill();
    }, 120_000);

    it('C11: a client of today starts, signs and follows on a server of its time', async () => {
      const owner = owners.get('erin') ?? expect.fail('nobody');
      const client = createUpgradeClient({
        baseUrl: other.url,
        getToken: () => 'erin',
        signing: walletSigning({ wallet: keypairWallet(owner.secretKey), guard: solanaGuard() }),
      });
      const operation = client.upgrade.start({ targetTierId: 'tier-2' });
      const status = () => operation.getSnapshot().operation?.status;
      await expect.poll(status, PATIENT).toBe('awaiting_burn');
      await operation.sign();
      expect(await operation.done).toMatchObject({ status: 'completed', version: 1 });
      client.close();
    }, 120_000);
  },
);
