import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Db } from '../../../packages/server-kit/src/db/db.ts';
import { UNHARMED } from '../../../packages/server-kit/src/db/driver-faults.fixture.ts';
import { migrate } from '../../../packages/server-kit/src/db/migrate.ts';
import { framesOf } from '../../../packages/server-kit/src/http/fixtures/frames.ts';
import { createCourier } from '../../../packages/server-kit/src/publish/courier.ts';
import { enqueueOutbox } from '../../../packages/server-kit/src/publish/outbox.ts';
import { databases } from '../../../packages/server-kit/src/testing/databases.ts';
import {
  type Driver,
  type Environment,
  isAboutOnly,
  type Strike,
  type User,
} from './environment.ts';
import { expectErrors, expectRefusals, failures } from './expectations.ts';

/** Each strikes the statements of one place and asserts what came of it. */
export const places = { start, step, stream, sweep, outbox, migration } as const satisfies Record<
  string,
  (strike: Strike) => Promise<void>
>;
export type Place = keyof typeof places;

const PATIENT_MS = 60_000;

/** Waits for what the journal shows. */
async function untilSeen(
  { history }: Environment,
  operationId: string,
  last: (status: string) => boolean,
): Promise<string[]> {
  for (const end = Date.now() + PATIENT_MS; ; await sleep(10)) {
    const seen = await history(operationId);
    if (last(seen.at(-1) ?? '')) return seen;
    if (Date.now() > end) expect.fail(`still ${seen.join(', ')}`);
  }
}
const isOver = (status: string) => ['completed', 'error', 'needs_attention'].includes(status);

async function startedUpgrade({ call, routes }: Environment, user: User): Promise<string> {
  const response = await call('busy', user, 'POST', routes('upgrade').start, {
    body: { targetTierId: 'tier-2' },
    headers: { accept: 'application/json' },
  });
  return ((await response.json()) as { operationId: string }).operationId;
}

/** Burned, and the one new NFT is the user's. */
async function expectDelivered({ db, chain }: Environment, id: string, user: User) {
  const rows = await db.sql<{ data: { newNFT: { mintAddress: string } } }>(
    `select data from nft_upgrade.event where operation_id = $1 and status = 'completed' ${UNHARMED}`,
    [id],
  );
  expect(rows).toHaveLength(1);
  expect(chain.ownerOf(user.nft)).toBeNull();
  expect(chain.ownerOf(rows[0]?.data.newNFT.mintAddress ?? '')).toBe(user.wallet);
}

/** The client repeats its start, with one key, until it is served. */
async function start({ environment, outcome, arm }: Strike): Promise<void> {
  const { call, routes, db, user: newUser } = environment;
  const user = newUser();
  const disarm = arm((_, parameters) => parameters.includes(user.id));
  const refusals: Response[] = [];
  let served: Response | undefined;
  while (!served) {
    const answer = await call('busy', user, 'POST', routes('badge_activation').start, {
      body: { badgeId: 'badge' },
      headers: { accept: 'application/json', 'idempotency-key': `key-of-${user.id}` },
    });
    if (answer.ok) served = answer;
    else refusals.push(answer);
  }
  disarm();
  await expectRefusals(refusals, outcome);
  const { operationId } = (await served.json()) as { operationId: string };
  expect(
    await db.sql('select id from nft_upgrade.operation where principal = $1', [user.id]),
  ).toEqual([{ id: operationId }]);
  expect((await untilSeen(environment, operationId, isOver)).at(-1)).toBe('completed');
}

/** Every statement of an upgrade, from its qualification to its end. */
async function step({ environment, outcome, fault, arm }: Strike): Promise<void> {
  const { chain, refusalsAbout, user: newUser } = environment;
  const { promise, resolve } = Promise.withResolvers<void>();
  const user = newUser(promise);
  const id = await startedUpgrade(environment, user);
  const disarm = arm((_, parameters) => isAboutOnly(id, parameters));
  resolve();
  const first = await untilSeen(
    environment,
    id,
    (status) => status === 'awaiting_burn' || isOver(status),
  );
  if (first.at(-1) === 'awaiting_burn') chain.submit(id);
  const history = await untilSeen(environment, id, isOver);
  disarm();
  expectErrors(refusalsAbout(id), outcome, fault);
  // How far it comes depends on the statement; that it was shown is what counts.
  if (outcome === 'fails') return;
  expect(failures(history)).toEqual([]);
  await expectDelivered(environment, id, user);
}

/** A log that has ended, read by the node that has not written it. */
async function stream({ environment, outcome, arm }: Strike): Promise<void> {
  const { call, routes, history } = environment;
  const { id, user } = await endedOperation(environment);
  const disarm = arm((_, parameters) => parameters.includes(id));
  const refusals: Response[] = [];
  const seen: number[] = [];
  const statuses: string[] = [];
  while (statuses.at(-1) !== 'completed') {
    const path = routes('badge_activation').of(id, 'events');
    const headers = { accept: 'text/event-stream', 'last-event-id': String(seen.at(-1) ?? 0) };
    const answer = await call('reader', user, 'GET', path, { headers });
    if (!answer.ok) {
      refusals.push(answer);
      continue;
    }
    for (const { id: seq, data } of await framesOf(answer).rest()) {
      if (seq !== undefined) seen.push(seq);
      if (data) statuses.push(data.status);
    }
  }
  disarm();
  await expectRefusals(refusals, outcome);
  expect(statuses).toEqual(await history(id));
  expect(seen).toEqual(statuses.map((_, index) => index + 1));
}

const ended = new Map<Environment, Promise<{ id: string; user: User }>>();

/** A badge that was activated; one is enough. */
function endedOperation(environment: Environment): Promise<{ id: string; user: User }> {
  const make = async () => {
    const user = environment.user();
    const process = 'badge_activation';
    const input = { badgeId: 'badge' };
    const { snapshot } = await environment.busy.start({
      process,
      principal: user,
      input,
      idempotencyKey: null,
    });
    await untilSeen(environment, snapshot.operationId, isOver);
    return { id: snapshot.operationId, user };
  };
  const present = ended.get(environment) ?? make();
  ended.set(environment, present);
  return present;
}

/** The rounds of a node: nobody else sees that the burn has landed. */
async function sweep({ environment, outcome, fault, arm }: Strike): Promise<void> {
  const { chain, errors, user: newUser } = environment;
  const user = newUser();
  const id = await startedUpgrade(environment, user);
  await untilSeen(environment, id, (status) => status === 'awaiting_burn');
  errors.length = 0;
  const disarm = arm((text) => /checked_at|operator_request|obligation o/.test(text));
  chain.submit(id);
  const history = await untilSeen(environment, id, isOver);
  await expect.poll(() => outcome === 'unnoticed' || errors.length > 0).toBe(true);
  disarm();
  expectErrors(errors, outcome, fault);
  expect(failures(history)).toEqual([]);
  await expectDelivered(environment, id, user);
}

/** The worker that brings publications to a sink. */
async function outbox({ environment, outcome, fault, arm }: Strike): Promise<void> {
  const { db } = environment;
  const { id } = await endedOperation(environment);
  const sink = `sink_${Math.random().toString(36).slice(2)}`;
  await enqueueOutbox(db.sql, id, 'event', { seq: 1 }, [sink]);
  const errors: unknown[] = [];
  const results: string[] = [];
  let deliveries = 0;
  let strikes = 0;
  const disarm = arm((text, parameters) => {
    // A claim whose answer is lost is taken up when its lease ends, as after a kill.
    const claims = parameters.includes(sink) && !fault.lost;
    return claims || text.startsWith('update nft_upgrade.delivery set');
  });
  const worker = createCourier({
    place: { db, schema: 'nft_upgrade' },
    channel: {
      name: sink,
      ordered: true,
      timeoutMs: 10_000,
      maxTries: 3,
      deliver: async () => {
        deliveries += 1;
      },
    },
    pollMs: 5,
    done: (result) => results.push(result),
    onError: (error) => {
      strikes += 1;
      errors.push(error);
    },
    random: () => 0,
  });
  const row = async () =>
    (
      await db.sql<{ state: string; tries: number }>(
        `select state, tries from nft_upgrade.delivery where sink = $1 ${UNHARMED}`,
        [sink],
      )
    )[0];
  const settled =
    outcome === 'fails' ? { state: 'waiting', tries: 1 } : { state: 'delivered', tries: 1 };
  await expect.poll(row, { timeout: PATIENT_MS, interval: 5 }).toEqual(settled);
  const noticed = outcome === 'fails' ? fault.times + 1 : Number(outcome === 'waits');
  await expect.poll(() => strikes, { timeout: PATIENT_MS }).toBeGreaterThanOrEqual(noticed);
  disarm();
  await worker.stop();
  expectErrors(errors, outcome, fault);
  expect(deliveries).toBe(1);
  if (outcome !== 'fails') expect(results).toEqual(['delivered']);
  expect(await row()).toEqual(settled);
  await db.sql('delete from nft_upgrade.delivery where sink = $1', [sink]);
}

const empty = new Map<Driver, Promise<Db>>();
/** Small ones: each is begun anew for every statement of its transaction that fails. */
const some = ['one', 'two'].map((name, index) => ({
  id: index + 1,
  name,
  up: `create table nft_upgrade.${name} (id int)`,
}));

/** A node that starts on an empty database, again and again until it may. */
async function migration({ environment, outcome, fault, arm }: Strike): Promise<void> {
  const { driver } = environment;
  const opening =
    empty.get(driver) ?? databases.find(({ name }) => name === driver)?.open() ?? expect.fail();
  empty.set(driver, opening);
  const db = await opening;
  await db.sql('drop schema if exists nft_upgrade cascade');
  const own = new Set(some.map(({ up }) => up));
  const disarm = arm(
    (text) =>
      own.has(text) ||
      /nft_upgrade\.migration|CREATE SCHEMA|pg_advisory_xact_lock|^BEGIN|^COMMIT$/.test(text),
  );
  const errors: unknown[] = [];
  const again = (error: unknown) => {
    errors.push(error);
    return null;
  };
  while ((await migrate(db, some).catch(again)) === null);
  disarm();
  expectErrors(errors, outcome, fault);
  const applied = await db.sql('select id, name from nft_upgrade.migration order by id');
  expect(applied).toEqual(some.map(({ id, name }) => ({ id, name })));
}
