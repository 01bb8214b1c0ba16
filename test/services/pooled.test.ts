import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isNftUpgradeError, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Db } from '../../packages/server-kit/src/db/db.ts';
import { migrate } from '../../packages/server-kit/src/db/migrate.ts';
import { type PostgresOptions, postgres } from '../../packages/server-kit/src/db/postgres.ts';
import { migrations } from '../../packages/server-kit/src/db/tables.ts';
import { migrateQueue } from '../../packages/server-kit/src/engine/queue.ts';
import { createService } from '../../packages/server-kit/src/service.ts';
import {
  startPostgresOf,
  type TestPostgres,
} from '../../packages/server-kit/src/testing/embedded-postgres.ts';
import { memoryChain } from '../../packages/server-kit/src/testing/memory-chain.ts';
import {
  type PostgresPrograms,
  postgresPrograms,
} from '../../packages/server-kit/src/testing/postgres-programs.ts';
import {
  memoryContent,
  permissiveRules,
  untilStatus,
} from '../../packages/server-kit/src/testing/rules.ts';
import { type PoolMode, startPgBouncer } from './pgbouncer.ts';
import { describeWith, find } from './programs.ts';
import { startStandby } from './standby.ts';

const mint = '7vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi';
const principal = { id: 'alice', wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' };

/** A way to the database: the columns of the table in docs/operating.md. */
const ways = {
  session: { mode: 'session', direct: false },
  transaction: { mode: 'transaction', direct: false },
  'transaction, with `directConnectionString`': { mode: 'transaction', direct: true },
  statement: { mode: 'statement', direct: false },
} as const satisfies Record<string, { mode: PoolMode; direct: boolean }>;

/** The rows: what each way gives. */
const rows = [
  'opens',
  'a whole upgrade',
  'prepared statements',
  'wake-ups of streams',
  'migrations',
  'timeouts of statements and transactions',
  'another default isolation',
] as const;
/** What a way that is refused gives is nothing. */
type Measured = Partial<Record<(typeof rows)[number], string>>;

const nothing = Object.fromEntries(rows.map((row) => [row, '']));

const debian = async (): Promise<PostgresPrograms> => {
  const { as } = await postgresPrograms();
  const server = realpathSync(find('postgres') ?? '');
  return { postgres: server, initdb: join(dirname(server), 'initdb'), as };
};
const servers = [
  ['the embedded Postgres', 'pgbouncer', postgresPrograms],
  ['the Postgres of Debian', 'postgres', debian],
] as const;

/** A column of the table, row by row. */
function documented(column: string): Record<string, string> {
  const page = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8');
  const lines = page.split('\n').map((line) => line.split('|').map((text) => text.trim()));
  const head = lines.find(([, first]) => first === '`pool_mode`') ?? [];
  const at = head.indexOf(column);
  return Object.fromEntries(
    rows.map((row) => [row, lines.find(([, first]) => first === row)?.[at] ?? 'not documented']),
  );
}

async function makeTables(url: string): Promise<void> {
  const direct = await postgres({ connectionString: url });
  await migrate(direct, migrations);
  await migrateQueue(direct, 'nft_upgrade_queue');
  await direct.close();
}

async function wholeUpgrade(db: Db): Promise<string> {
  const ledger = memoryChain();
  ledger.give(mint, principal.wallet);
  const service = await createService({
    db,
    chain: ledger.chain,
    content: memoryContent().store,
    rules: permissiveRules(mint).rules,
    watchMs: 20,
  });
  const { snapshot } = await service.start({
    process: 'upgrade',
    principal,
    input: { targetTierId: 'tier-2' },
    idempotencyKey: 'key-00000001',
  });
  const { operationId } = snapshot;
  const query = { process: 'upgrade', operationId, principal };
  await untilStatus(service, query, ['awaiting_burn']);
  ledger.submit(operationId);
  await untilStatus(service, query, ['completed']);
  await service.stop();
  return ledger.mints() === 1 ? 'yes' : 'no';
}

async function keepsPrepared(db: Db): Promise<boolean> {
  const names = await db.tx(async (sql) => {
    await sql('select $1::int', [1], 'one_of_ours');
    return sql(`select from pg_prepared_statements where name = 'one_of_ours'`);
  });
  return names.length > 0;
}

/** What is received first on a channel: the message itself, or, when it is lost, a look. */
async function firstReceived(db: Db): Promise<string> {
  const first = Promise.withResolvers<string>();
  await db.listen('news', first.resolve);
  await db.sql(`notify news, 'hello'`);
  return (await first.promise) === 'hello' ? 'at once' : 'once a second';
}

async function isolationOf(options: PostgresOptions): Promise<string> {
  const opening = postgres(options);
  try {
    const db = await opening;
    const [row] = await db.sql<{ isolation: string }>(
      `select current_setting('transaction_isolation') as isolation`,
    );
    await db.close();
    return row?.isolation === 'read committed' ? 'set' : 'kept';
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid_option', hint: expect.stringMatching(/ALTER/) });
    return 'refused';
  }
}

const refusalOf = (opening: Promise<Db>): Promise<NftUpgradeError> =>
  opening.then(
    async (db) => {
      await db.close();
      return new NftUpgradeError('internal', { message: 'It was opened.' });
    },
    (error: unknown) => {
      if (isNftUpgradeError(error)) return error;
      throw error;
    },
  );

describe.each(servers)('before %s', (name, program, programsOf) => {
  describeWith(program, `${name}:`, () => {
    let programs: PostgresPrograms;
    let server: TestPostgres;
    beforeAll(async () => {
      programs = await programsOf();
      server = await startPostgresOf(programs);
    });
    afterAll(() => server.stop());
    const open = async (options: PostgresOptions) => {
      const db = await postgres(options);
      onTestFinished(() => db.close());
      return db;
    };

    describeWith('pgbouncer', 'PgBouncer', () => {
      const through = async (url: string, mode: PoolMode, connectQuery?: string) => {
        const bouncer = await startPgBouncer(url, mode, connectQuery);
        onTestFinished(() => bouncer.stop());
        return bouncer.url;
      };

      it.each(Object.entries(ways))(
        'S14: pool_mode %s gives what the documents say',
        { timeout: 60_000 },
        async (column, { mode, direct }) => {
          const url = await server.url();
          const options = async (connectQuery?: string) => ({
            connectionString: await through(url, mode, connectQuery),
            ...(direct && { directConnectionString: url }),
          });
          expect(documented(column)).toEqual(await measured(url, options));
        },
      );

      const measured = async (
        url: string,
        options: (connectQuery?: string) => Promise<PostgresOptions>,
      ): Promise<Measured> => {
        const warnings: NftUpgradeError[] = [];
        let db: Db;
        try {
          db = await open({
            ...(await options()),
            max: 2,
            onError: (error) => warnings.push(error),
          });
        } catch (error) {
          expect(error).toMatchObject({ message: expect.stringContaining('no transactions') });
          return { ...nothing, opens: 'refused' };
        }
        const migrated = await db
          .exclusive(async () => 'yes')
          .catch((error: NftUpgradeError) => {
            expect(error.hint).toContain('nft-upgrade migrate');
            return 'refused';
          });
        if (migrated === 'refused') await makeTables(url);
        const [timeout] = await db.sql<{ setting: string }>(
          `select current_setting('statement_timeout') as setting`,
        );
        return {
          opens: warnings.map(({ code }) => code).join() ? 'with a warning' : 'yes',
          'a whole upgrade': await wholeUpgrade(db),
          'prepared statements': (await keepsPrepared(db)) ? 'kept' : 'left out',
          'wake-ups of streams': await firstReceived(db),
          migrations: migrated,
          'timeouts of statements and transactions':
            timeout?.setting === '1min' ? 'set' : 'of the role',
          'another default isolation': await isolationOf(
            await options(`set default_transaction_isolation = serializable`),
          ),
        };
      };

      it('S14: a pool of read-only sessions is refused with what to do', async () => {
        const url = await server.url();
        for (const mode of ['session', 'transaction'] as const) {
          const connectionString = await through(
            url,
            mode,
            'set default_transaction_read_only = on',
          );
          expect(await refusalOf(postgres({ connectionString }))).toMatchObject({
            code: 'database_unavailable',
            message: expect.stringContaining('read-only'),
            hint: expect.stringContaining('Turn it off'),
          });
        }
      });

      it('S14: a direct way that is none is refused', async () => {
        const connectionString = await through(await server.url(), 'transaction');
        expect(
          await refusalOf(postgres({ connectionString, directConnectionString: connectionString })),
        ).toMatchObject({
          code: 'invalid_option',
          hint: expect.stringContaining('past the pooler'),
        });
      });
    });

    it('S14: a streaming replica is refused, and taken once it is the primary', async () => {
      const url = await server.url();
      const primary = await open({ connectionString: url });
      await primary.sql('create table seen (id int)');
      const standby = await startStandby(programs, url);
      onTestFinished(() => standby.stop());
      await primary.sql('insert into seen values (7)');
      const copied = `select state, replay_lsn >= pg_current_wal_lsn() as whole
        from pg_stat_replication`;
      await expect
        .poll(() => primary.sql(copied), { timeout: 10_000 })
        .toEqual([{ state: 'streaming', whole: true }]);
      expect(await refusalOf(postgres({ connectionString: standby.url }))).toMatchObject({
        code: 'database_unavailable',
        message: expect.stringContaining('read replica'),
        hint: expect.stringContaining('primary'),
      });
      await standby.promote();
      const promoted = await vi.waitFor(() => open({ connectionString: standby.url }), 10_000);
      expect(await promoted.sql('select id from seen')).toEqual([{ id: 7 }]);
    });
  });
});
