import { processes } from '@aiw3/nft-upgrade/protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { claimIdle } from '../engine/sweep.ts';
import { closeDatabases, databases } from '../testing/databases.ts';
import { migrate } from './migrate.ts';
import { migrations } from './tables.ts';

afterAll(closeDatabases);

const insert = `insert into nft_upgrade.operation (id, process, version, principal, subject, input,
  mint_key, status, phase, asset, seq, live, checked_at)
  select 'op_' || n, 'upgrade', $2, 'user_' || n, 's', '{}', '', 'awaiting_burn', 'burn', 'safe', 3,
    true, clock_timestamp() - interval '1 minute' + n * interval '1 ms'
  from generate_series(1, $1::int) n`;

describe.each(databases)('the tables on $name', ({ open }) => {
  it('are migrated with their operations, from the first version and the one before', async () => {
    for (const version of [1, migrations.length - 1]) {
      const db = await open();
      await migrate(db, migrations.slice(0, version));
      await db.sql(insert, [3, processes.upgrade.version]);
      expect(await migrate(db, migrations)).toEqual(migrations.slice(version).map(({ id }) => id));
      const query = {
        definitions: [processes.upgrade],
        statuses: ['awaiting_burn'],
        idleMs: 1_000,
        leaseMs: 8_000,
      };
      const claimed = (operationId: string) => ({ operationId, lease: 1 });
      expect(await claimIdle(db, { ...query, limit: 2 })).toEqual(
        expect.arrayContaining([claimed('op_1'), claimed('op_2')]),
      );
      expect(await claimIdle(db, { ...query, limit: 5 })).toEqual([claimed('op_3')]);
      expect(await claimIdle(db, { ...query, limit: 5 })).toEqual([]);
      await db.close();
    }
  });

  it('find the operations that were forgotten longest without a look at all others', async () => {
    const db = await open();
    await migrate(db, migrations);
    await db.sql(insert, [20_000, processes.upgrade.version]);
    await db.sql('analyze nft_upgrade.operation');
    const plans: string[] = [];
    const explain = {
      ...db,
      sql: async <Row extends object>(text: string, parameters?: readonly unknown[]) => {
        plans.push(
          (await db.sql<{ 'QUERY PLAN': string }>(`explain ${text}`, parameters))
            .map((row) => row['QUERY PLAN'])
            .join('\n'),
        );
        return [] as Row[];
      },
    };
    await claimIdle(explain, {
      definitions: [processes.upgrade],
      statuses: ['awaiting_burn'],
      idleMs: 1_000,
      leaseMs: 8_000,
      limit: 200,
    });
    await claimIdle(explain, {
      definitions: [processes.upgrade],
      idleMs: 1_000,
      leaseMs: 8_000,
      limit: 200,
    });
    expect(plans).toHaveLength(2);
    for (const plan of plans) {
      expect(plan).toContain('Index Scan using operation_turn');
      expect(plan).not.toContain('Seq Scan on operation');
    }
    await db.close();
  });
});
