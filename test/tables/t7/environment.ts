import { hash } from 'node:crypto';
import { processes, routesOf } from '@aiw3/nft-upgrade/protocol';
import type { Db } from '../../../packages/server-kit/src/db/db.ts';
import {
  type DriverFault,
  driverFaults,
  UNHARMED,
} from '../../../packages/server-kit/src/db/driver-faults.fixture.ts';
import { createHandler } from '../../../packages/server-kit/src/http/handler.ts';
import { createService } from '../../../packages/server-kit/src/service.ts';
import { databases } from '../../../packages/server-kit/src/testing/databases.ts';
import { memoryChain } from '../../../packages/server-kit/src/testing/memory-chain.ts';
import {
  memoryContent,
  permissiveRules,
  type StandardRules,
} from '../../../packages/server-kit/src/testing/rules.ts';

/** Looks like one in base58. */
const addressOf = (seed: string): string =>
  hash('sha512', seed, 'hex').slice(0, 44).replaceAll('0', 'z');

/** A machine that is busy with something else takes its time. */
export const WAIT_MS = 60_000;

export const drivers = ['postgres', 'pglite'] as const;
export type Driver = (typeof drivers)[number];

export interface User {
  readonly id: string;
  readonly wallet: string;
  /** What the user's upgrade burns. */
  readonly nft: string;
  /** The rules answer for this user when it resolves. */
  ready: Promise<void>;
}

/** One database, one chain and two nodes for all cells of a driver. */
export async function openEnvironment(driver: Driver) {
  const open = databases.find(({ name }) => name === driver)?.open;
  if (!open) throw new RangeError(driver);
  const db = await open();
  const watched = watchRefusals(db);
  const chain = memoryChain();
  const users = new Map<string, User>();
  const errors: unknown[] = [];
  const host = permissiveRules('');
  const userOf = (id: string): User => {
    const user = users.get(id);
    if (!user) throw new RangeError(id);
    return user;
  };
  const rules: StandardRules = {
    ...host.rules,
    upgrade: {
      ...host.rules.upgrade,
      subject: async ({ principal }: { principal: { id: string } }) => userOf(principal.id).nft,
      qualify: async ({ principal }: { principal: { id: string } }) => {
        await userOf(principal.id).ready;
        const tier = { tierId: 'tier-2', tierName: 'Quant Ape', level: 2 };
        const held = { tierId: 'tier-1', tierName: 'Tech Chicken' };
        return {
          qualified: true as const,
          facts: {
            currentNFT: { mintAddress: userOf(principal.id).nft, ...held },
            targetTier: tier,
          },
        };
      },
    },
  };
  const node = (some: { watchMs: number; sweepMs: number; takeoverMs: number }) =>
    createService({
      db: watched.db,
      chain: chain.chain,
      content: memoryContent().store,
      rules,
      patience: { retryBaseMs: 5, retryMaxMs: 20, maxAttempts: 2 },
      onError: (error) => errors.push(error),
      ...some,
    });
  const busy = await node({ watchMs: 40, sweepMs: 60, takeoverMs: 300 });
  // Its streams read from the database: it has written nothing itself.
  const reader = await node({ watchMs: 3_600_000, sweepMs: 3_600_000, takeoverMs: 3_600_000 });
  const handlerOf = (service: typeof busy) =>
    createHandler(service, {
      authenticate: async (request) => userOf(request.headers.get('x-user') ?? ''),
      timing: { pollMs: 20 },
    });
  const handlers = { busy: handlerOf(busy), reader: handlerOf(reader) };
  let count = 0;

  return {
    driver,
    db,
    chain,
    busy,
    errors,
    refusalsAbout: watched.refusalsAbout,
    user(ready: Promise<void> = Promise.resolve()): User {
      count += 1;
      const id = `user-${driver}-${count}`;
      const user = { id, wallet: addressOf(`wallet of ${id}`), nft: addressOf(id), ready };
      users.set(id, user);
      chain.give(user.nft, user.wallet);
      return user;
    },
    call(
      on: keyof typeof handlers,
      user: User,
      method: string,
      path: string,
      { body, headers = {} }: { body?: object; headers?: Record<string, string> } = {},
    ): Promise<Response> {
      const content = body && { 'content-type': 'application/json' };
      return handlers[on].fetch(
        new Request(`http://node${path}`, {
          method,
          headers: { 'x-user': user.id, ...content, ...headers },
          ...(body && { body: JSON.stringify(body) }),
        }),
      );
    },
    routes: (process: keyof StandardRules) => routesOf(processes[process]),
    /** Status after status, as the journal has them; read past every fault. */
    async history(operationId: string): Promise<string[]> {
      const rows = await db.sql<{ status: string }>(
        `select status from nft_upgrade.event where operation_id = $1 order by seq ${UNHARMED}`,
        [operationId],
      );
      return rows.map(({ status }) => status);
    },
    async stop() {
      await Promise.all([busy.stop(), reader.stop()]);
    },
  };
}

export type Environment = Awaited<ReturnType<typeof openEnvironment>>;

/** Heartbeats and wake-ups may be about many operations at once. */
export const isAboutOnly = (id: string, parameters: string): boolean =>
  parameters.includes(id) && (parameters.match(/upg_\w+/g) ?? []).every((other) => other === id);

/** Notes what the engine is refused, with the parameters of what it asked for. */
function watchRefusals(db: Db) {
  const refusals: { about: string; error: unknown }[] = [];
  const noted = async <T>(about: () => string, work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      refusals.push({ about: about(), error });
      throw error;
    });
  const watched: Db = {
    ...db,
    sql: (text, parameters, name) =>
      noted(() => JSON.stringify(parameters ?? []), db.sql(text, parameters, name)),
    tx(work) {
      let about = '';
      const inside = db.tx((sql) =>
        work((text, parameters, name) => {
          about += JSON.stringify(parameters ?? []);
          return sql(text, parameters, name);
        }),
      );
      return noted(() => about, inside);
    },
  };
  return {
    db: watched,
    refusalsAbout: (id: string): unknown[] =>
      refusals.flatMap(({ about, error }) => (isAboutOnly(id, about) ? [error] : [])),
  };
}

/** What a cell injects, without where. */
export type Fault = Pick<DriverFault, 'driver' | 'state' | 'routine' | 'times' | 'lost'>;

export interface Strike {
  readonly environment: Environment;
  readonly fault: Fault;
  readonly outcome: Outcome;
  /** Arms the fault; returns the function that ends it. */
  arm(about: DriverFault['about']): () => void;
}

/**
 * `unnoticed`: tried again below everything else · `waits`: refused as what it is, and goes on by
 * itself, with no budget spent · `fails`: an error of the program, shown as one
 */
export type Outcome = 'unnoticed' | 'waits' | 'fails';

let faults: ReturnType<typeof driverFaults> | undefined;
const environments = new Map<Driver, Promise<Environment>>();

export function environmentOf(driver: Driver): Promise<Environment> {
  const present = environments.get(driver) ?? openEnvironment(driver);
  environments.set(driver, present);
  return present;
}

/** Before the first cell: an embedded database takes seconds to make. */
export const openEnvironments = () => Promise.all(drivers.map(environmentOf));

export function arm(fault: DriverFault): () => void {
  faults ??= driverFaults();
  return faults.arm(fault);
}

export async function stopEnvironments(): Promise<void> {
  faults?.restore();
  for (const environment of environments.values()) await (await environment).stop();
}
