import { randomUUID } from 'node:crypto';
import type { Db } from '@aiw3/nft-upgrade-server-kit';
import { PgBoss } from 'pg-boss';

/**
 * The least that a durable step needs: its row and the job that continues it, in one transaction.
 * No status, no readers, no checks.
 */
export async function startFloor(db: Db) {
  const boss = new PgBoss({
    db: { executeSql: async (text, values) => ({ rows: await db.sql(text, values) }) },
    backend: 'postgres',
    schema: 'floor_queue',
    schedule: false,
  });
  boss.on('error', () => undefined);
  await boss.start();
  await boss.createQueue('advance', { retryLimit: 1_000 });
  await db.sql(
    `create table floor_event (
       operation_id text, seq int, data jsonb not null, primary key (operation_id, seq))`,
  );
  return {
    async run(): Promise<void> {
      const operationId = randomUUID();
      for (let seq = 1; seq <= 4; seq += 1) {
        await db.tx(async (sql) => {
          await sql('insert into floor_event values ($1, $2, $3)', [
            operationId,
            seq,
            { operationId, seq, status: 'step' },
          ]);
          const inTransaction = {
            executeSql: async (text: string, values?: unknown[]) => ({
              rows: await sql(text, values),
            }),
          };
          await boss.send('advance', { operationId, seq }, { db: inTransaction, startAfter: 8 });
        });
      }
    },
    async stop(): Promise<void> {
      await boss.stop({ graceful: false });
      await db.close();
    },
  };
}
