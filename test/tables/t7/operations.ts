import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { UNHARMED } from '../../../packages/server-kit/src/db/driver-faults.fixture.ts';
import { framesOf } from '../../../packages/server-kit/src/http/fixtures/frames.ts';
import { type Environment, isAboutOnly, type Strike, type User, WAIT_MS } from './environment.ts';
import { expectErrors, expectRefusals, failures } from './expectations.ts';

/** Waits for what the journal shows. */
async function untilSeen(
  { history }: Environment,
  operationId: string,
  last: (status: string) => boolean,
): Promise<string[]> {
  for (const end = Date.now() + WAIT_MS; ; await sleep(20)) {
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
    `select data from nft_upgrade.event
     where operation_id = $1 and status = 'completed' ${UNHARMED}`,
    [id],
  );
  expect(rows).toHaveLength(1);
  expect(chain.ownerOf(user.nft)).toBeNull();
  expect(chain.ownerOf(rows[0]?.data.newNFT.mintAddress ?? '')).toBe(user.wallet);
}

/** The client repeats its start, with one key, until it is served. */
export async function start({ environment, outcome, arm }: Strike): Promise<void> {
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
export async function step({ environment, outcome, fault, arm }: Strike): Promise<void> {
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
export async function stream({ environment, outcome, arm }: Strike): Promise<void> {
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
export function endedOperation(environment: Environment): Promise<{ id: string; user: User }> {
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
export async function sweep({ environment, outcome, fault, arm }: Strike): Promise<void> {
  const { chain, errors, user: newUser } = environment;
  const user = newUser();
  const id = await startedUpgrade(environment, user);
  await untilSeen(environment, id, (status) => status === 'awaiting_burn');
  errors.length = 0;
  // What a round asks for: the statements of the step that it begins are those of `step`.
  const disarm = arm((text) => /o\.checked_at limit|operator_request/.test(text));
  chain.submit(id);
  const history = await untilSeen(environment, id, isOver);
  const noticed = () => outcome === 'unnoticed' || errors.length > 0;
  await expect.poll(noticed, { timeout: WAIT_MS, interval: 5 }).toBe(true);
  disarm();
  expectErrors(errors, outcome, fault);
  expect(failures(history)).toEqual([]);
  await expectDelivered(environment, id, user);
}
