/**
 * A node for tests: takes jobs from the Postgres of its first argument, writes each operation it
 * begins, and never ends one.
 */
import { postgres } from '../db/postgres.ts';
import { createQueue } from './queue.ts';

const db = await postgres({ connectionString: process.argv[2] ?? '' });
const queue = await createQueue({
  db,
  advance(operationId) {
    console.log(operationId);
    return new Promise(() => undefined);
  },
});
await queue.start();
console.log('ready');
