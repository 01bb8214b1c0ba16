/**
 * A process of its own for tests: opens the folder of its first argument, writes `ready`, and then
 * one line for each row that was acknowledged. With `hold` as the second argument it only holds the
 * folder.
 */
import { pglite } from '../pglite.ts';

const [folder = '', mode] = process.argv.slice(2);
try {
  const db = await pglite({ folder });
  await db.sql(
    `CREATE TABLE IF NOT EXISTS row (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
      filler text NOT NULL)`,
  );
  console.log('ready');
  if (mode === 'hold') setInterval(() => undefined, 1_000);
  else {
    for (;;) {
      const [row] = await db.tx((sql) =>
        sql<{ id: number }>(`INSERT INTO row (filler) VALUES (repeat('x', 500)) RETURNING id`),
      );
      console.log(row?.id);
    }
  }
} catch (error) {
  console.log(JSON.stringify(error));
  process.exit(3);
}
