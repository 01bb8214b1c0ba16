import fs, { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Problem } from '@aiw3/nft-upgrade/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Db } from '../db/db.ts';
import { pglite } from '../db/pglite.ts';
import { postgres } from '../db/postgres.ts';
import { createHandler } from '../http/handler.ts';
import { createService, type Service } from '../service.ts';
import type { ChainHarness, Holder } from '../testing/chain-harness/chain-harness.ts';
import { openChainHarness } from '../testing/chain-harness/open-chain-harness.ts';
import { startPostgres, type TestPostgres } from '../testing/databases.ts';
import { memoryContent, permissiveRules, untilStatus } from '../testing/rules.ts';

const PATIENT_MS = 60_000;

let chain: Awaited<ReturnType<typeof openChainHarness>>;
let harness: ChainHarness;
let alice: Holder;
beforeAll(async () => {
  chain = await openChainHarness();
});
afterAll(() => chain.stop());
beforeEach(async () => {
  harness = await chain.fresh();
  alice = await harness.holder('alice');
});
/** Neither burned nor exchanged. */
const isUntouched = async () =>
  expect(await harness.nfts(alice.principal.wallet)).toEqual([alice.mint]);
/** Burned, and nothing in its place yet. */
const isOwed = async () => expect(await harness.nfts(alice.principal.wallet)).toEqual([]);

const serve = async (db: Db) => {
  const service = await createService({
    db,
    chain: harness.chain(),
    content: memoryContent().store,
    rules: permissiveRules(alice.mint, harness.standard).rules,
    watchMs: 50,
    sweepMs: 200,
    takeoverMs: 600,
    patience: { retryBaseMs: 10, retryMaxMs: 50 },
  });
  const handler = createHandler(service, { authenticate: async () => alice.principal });
  const call = (method: string, path = '', body?: object, headers: Record<string, string> = {}) =>
    handler.fetch(
      new Request(`http://node/api/v1/nft/upgrade${path}`, {
        method,
        headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
        ...(body && { body: JSON.stringify(body) }),
      }),
    );
  const start = (key: string) =>
    call('POST', '', { targetTierId: 'tier-2' }, { 'idempotency-key': key });
  const close = async () => {
    await service.stop().catch(() => undefined);
    await db.close().catch(() => undefined);
  };
  return { db, service, call, start, close };
};
const query = (operationId: string) => ({
  process: 'upgrade',
  operationId,
  principal: alice.principal,
});
const idOf = async (response: Response) =>
  ((await response.json()) as { operationId: string }).operationId;

/** Refused in order: a code, when to come again, and nothing about the database. */
const isRefused = async (answer: Promise<Response>, { retryable = true } = {}) => {
  const response = await answer;
  const problem = (await response.json()) as Problem;
  expect(problem).toMatchObject({ status: 503, code: 'database_unavailable', retryable });
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(JSON.stringify(problem)).not.toMatch(/127\.0\.0\.1|postgres:|ECONN/);
};
/** Reads a stream until it shows the status, or ends or breaks off; what it has read, as ids. */
const readUntil = async (
  response: Response,
  status: string,
): Promise<{ ids: number[]; found: boolean; body: ReadableStreamDefaultReader<string> }> => {
  const body = (response.body ?? expect.fail('no stream'))
    .pipeThrough(new TextDecoderStream())
    .getReader();
  let text = '';
  while (!text.includes(`"status":"${status}"`)) {
    const { value, done } = await body.read().catch(() => ({ value: undefined, done: true }));
    if (done) break;
    text += value;
  }
  return {
    ids: [...text.matchAll(/^id: (\d+)/gm)].map(([, id]) => Number(id)),
    found: text.includes(`"status":"${status}"`),
    body,
  };
};
const operations = (db: Db) => db.sql('select id from nft_upgrade.operation');
const deliversOnce = async (service: Service, id: string) => {
  const done = await untilStatus(service, query(id), ['completed'], PATIENT_MS);
  expect(await harness.nfts(alice.principal.wallet)).toEqual([done.facts.mintAddress]);
};

describe('a Postgres in trouble, seen by who calls the service', () => {
  let server: TestPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());
  const open = async (max: number) =>
    serve(
      await postgres({ connectionString: await server.url(), max, connectionTimeoutMillis: 300 }),
    );

  it('S1, S2: unreachable, it refuses commands with a code; work goes on later', async () => {
    const { db, service, call, start, close } = await open(4);
    const id = await idOf(await start('key-00000001'));
    const waiting = await untilStatus(service, query(id), ['awaiting_burn'], PATIENT_MS);
    const { burnTransaction } = waiting.now as { burnTransaction: { transaction: string } };
    const confirmation = { signedTransaction: burnTransaction.transaction };
    const stream = (after = 0) =>
      call('GET', `/${id}/events`, undefined, {
        accept: 'text/event-stream',
        'last-event-id': String(after),
      });
    const seen = await readUntil(await stream(), 'awaiting_burn');
    expect(seen.found).toBe(true);

    await server.kill9();
    await isRefused(stream());
    await isRefused(start('key-00000002'));
    await isRefused(call('GET', `/${id}`));
    await isRefused(call('GET', '?active=true'));
    await isRefused(call('PATCH', `/${id}/confirm-burn`, confirmation));
    await isRefused(call('POST', `/${id}/cancel`));
    await isUntouched();
    // The wallet has sent it by itself; nobody can say so.
    await harness.submit(id);
    await sleep(300);
    await server.restart();
    await deliversOnce(service, id);
    expect(await operations(db)).toEqual([{ id }]);
    // The client comes again with its cursor, and is told the rest, each event once.
    await seen.body.cancel();
    const rest = await readUntil(await stream(seen.ids.at(-1)), 'completed');
    expect(rest.found).toBe(true);
    const ids = [...seen.ids, ...rest.ids];
    expect(ids).toEqual(ids.map((_, index) => index + 1));
    await close();
  });

  it('S1: with no free connection a start is refused with its code, and works later', async () => {
    const { db, service, start, close } = await open(3);
    const id = await idOf(await start('key-00000001'));
    await untilStatus(service, query(id), ['awaiting_burn'], PATIENT_MS);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    // Whatever else waits for one gets none either: the rounds of the service itself.
    const holders: Promise<void>[] = [];
    let taken = 0;
    for (let holder = 0; holder < 3; holder += 1) {
      const hold = async (): Promise<void> => {
        await db.tx(async (sql) => {
          await sql('select 1');
          taken += 1;
          await held;
        });
      };
      const keepTrying = (): Promise<void> => hold().catch(keepTrying);
      holders.push(keepTrying());
    }
    await expect.poll(() => taken, { timeout: PATIENT_MS }).toBe(3);
    await isRefused(start('key-00000002'));
    await harness.submit(id);
    await sleep(300);
    await isOwed();
    release();
    await Promise.all(holders);
    await deliversOnce(service, id);
    expect(await operations(db)).toEqual([{ id }]);
    await close();
  });
});

describe('a full disk under the embedded database, seen by who calls the service', () => {
  const folder = mkdtempSync(join(tmpdir(), 'full-'));
  const paths = new Map<number, string>();
  /** Which files have no room to grow or to be written. */
  let isFull: (path: string) => boolean = () => false;
  beforeAll(() => {
    const { openSync, writeSync } = fs;
    vi.spyOn(fs, 'openSync').mockImplementation((path, ...how) => {
      const descriptor = openSync(path, ...how);
      paths.set(descriptor, String(path));
      return descriptor;
    });
    vi.spyOn(fs, 'writeSync').mockImplementation(((
      descriptor: number,
      ...what: [Uint8Array, number, number, number]
    ) => {
      if (isFull(paths.get(descriptor) ?? ''))
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), {
          code: 'ENOSPC',
        });
      return writeSync(descriptor, ...what);
    }) as typeof fs.writeSync);
  });
  afterAll(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true, force: true });
  });

  it('S1, S2, S4: a full table refuses writes; a full log stops the database', async () => {
    const first = await serve(await pglite({ folder }));
    isFull = (path) => path.includes('/base/');
    await isRefused(first.start('key-00000001'));
    expect(await operations(first.db)).toEqual([]);
    // Work goes on by itself.
    isFull = () => false;
    const id = await idOf(await first.start('key-00000001'));
    await untilStatus(first.service, query(id), ['awaiting_burn'], PATIENT_MS);

    isFull = (path) => path.includes('/pg_wal/');
    await isRefused(first.start('key-00000002'), { retryable: false });
    isFull = () => false;
    await isRefused(first.call('GET', `/${id}`), { retryable: false });
    await harness.submit(id);
    await first.close();
    await isOwed();
    // The process is started again, as the error says.
    const second = await serve(await pglite({ folder }));
    await deliversOnce(second.service, id);
    expect(await operations(second.db)).toEqual([{ id }]);
    await second.close();
  });
});
