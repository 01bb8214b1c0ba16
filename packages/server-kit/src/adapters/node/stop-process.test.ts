import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { processes } from '@aiw3/nft-upgrade/protocol';
import { samplePayload } from '@aiw3/nft-upgrade/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Db } from '../../db/db.ts';
import { postgres } from '../../db/postgres.ts';
import { type DatabaseJournal, databaseJournal } from '../../emitter/database-journal.ts';
import { createEmitter } from '../../emitter/emitter.ts';
import { framesOf } from '../../http/fixtures/frames.ts';
import { ask, input, START } from '../../http/fixtures/setup.ts';
import { closeDatabases, testDatabaseUrl } from '../../testing/databases.ts';

const STREAMS = 20;
const alice = { id: 'alice' };
const sample = <S extends string>(status: S) => samplePayload(processes.upgrade, status) as never;

let url = '';
let db: Db;
let journal: DatabaseJournal;
let child: ChildProcess | undefined;
beforeAll(async () => {
  url = await testDatabaseUrl();
  db = await postgres({ connectionString: url });
  journal = await databaseJournal(db);
});
afterAll(async () => {
  child?.kill('SIGKILL');
  await journal.stop();
  await db.close();
  await closeDatabases();
});

/** Starts a node as a process. Resolves with its address once it serves. */
async function startNode(): Promise<{
  node: ChildProcess;
  origin: string;
  exited: Promise<unknown[]>;
}> {
  const file = join(import.meta.dirname, 'stop.fixture.ts');
  const node = spawn(
    process.execPath,
    ['--conditions=aiw3-source', '--disable-warning=ExperimentalWarning', file, url],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  child = node;
  const exited = once(node, 'exit');
  for await (const line of createInterface({ input: node.stdout })) {
    const port = /^port (\d+)$/.exec(line)?.[1];
    if (port) return { node, origin: `http://127.0.0.1:${port}`, exited };
  }
  throw new Error('The node ended before it served.');
}

/**
 * Holds every start, on every node, until it is released: a start that is under way keeps its node
 * draining.
 */
async function holdStarts(): Promise<() => Promise<void>> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let held = () => {};
  const locked = new Promise<void>((resolve) => {
    held = resolve;
  });
  const holding = db.tx(async (sql) => {
    await sql('lock table nft_upgrade_emitter.operation in share row exclusive mode');
    held();
    await released;
  });
  await locked;
  return () => {
    release();
    return holding;
  };
}

it('L3: on SIGTERM a process on Postgres refuses new work, drains and exits 0', async () => {
  // The second node is this process: the same database, another emitter.
  const emitter = createEmitter({ journal });
  const begin = new Request(
    `https://a.example${START}`,
    ask('POST', { body: input, accept: 'application/json' }),
  );
  const { operation } = await emitter.respond(begin, {
    process: 'upgrade',
    principal: alice,
    subject: 'watched',
  });
  if (!operation) throw new Error('The start was refused.');
  await operation.emit('qualification_verified', sample('qualification_verified'));
  const { node, origin, exited } = await startNode();
  const path = `${START}/${operation.id}/events`;
  const streams = await Promise.all(
    Array.from({ length: STREAMS }, async () => framesOf(await fetch(origin + path))),
  );
  await Promise.all(streams.map((frames) => frames.until(({ id }) => id === 2)));
  const release = await holdStarts();
  const late = fetch(origin + START, ask('POST', { body: input }));
  await expect
    .poll(() => db.sql('select 1 from pg_locks where not granted'), { timeout: 20_000 })
    .toHaveLength(1);
  const ready = async () => {
    const answer = await fetch(`${origin}/api/v1/monitoring/ready`);
    return [answer.status, await answer.json()];
  };
  expect(await ready()).toEqual([200, { status: 'ready' }]);

  node.kill('SIGTERM');
  await expect
    .poll(ready, { timeout: 20_000, interval: 20 })
    .toEqual([503, { status: 'not_ready', reason: 'draining' }]);
  const refused = await fetch(origin + START, ask('POST', { body: input }));
  expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([503, true]);
  await operation.emit('awaiting_burn', sample('awaiting_burn'));
  await release();

  await Promise.all(streams.map((frames) => frames.rest()));
  // The start that was under way has happened, and is followed elsewhere.
  const begun = framesOf(await late);
  await begun.rest();
  expect(begun.seen.at(-1)?.retry).toBeGreaterThanOrEqual(100);
  // Each in a share of the second of its own.
  const shares = streams.map((frames) =>
    Math.floor(((frames.seen.at(-1)?.retry ?? 0) - 100) / (1_000 / STREAMS)),
  );
  expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...shares)).toBeLessThanOrEqual(STREAMS);
  expect(new Set(shares).size).toBeGreaterThanOrEqual(STREAMS - 2);
  expect(await exited).toEqual([0, null]);

  await operation.emit('cancelled');
  for (const frames of streams) {
    const cursor = String(frames.seqs.at(-1));
    const rest = framesOf(
      await emitter.fetch(
        new Request(`https://a.example${path}`, { headers: { 'last-event-id': cursor } }),
        { principal: alice },
      ),
    );
    await rest.rest();
    expect([...frames.seqs, ...rest.seqs]).toEqual([1, 2, 3, 4]);
  }
}, 60_000);
