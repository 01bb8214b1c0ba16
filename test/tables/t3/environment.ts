import { hash } from 'node:crypto';
import { processes, routesOf } from '@aiw3/nft-upgrade/protocol';
import { burnMemo } from '@aiw3/nft-upgrade/solana';
import type { Db } from '../../../packages/server-kit/src/db/db.ts';
import { deploymentTag } from '../../../packages/server-kit/src/deployment.ts';
import {
  type Deadlines,
  defaultDeadlines,
} from '../../../packages/server-kit/src/engine/ports/deadlines.ts';
import { createHandler } from '../../../packages/server-kit/src/http/handler.ts';
import type { Sink } from '../../../packages/server-kit/src/ports/sink.ts';
import type { WakeBus } from '../../../packages/server-kit/src/ports/wake-bus.ts';
import {
  createService,
  type Service,
  type ServiceOptions,
} from '../../../packages/server-kit/src/service.ts';
import { databases } from '../../../packages/server-kit/src/testing/databases.ts';
import { memoryChain } from '../../../packages/server-kit/src/testing/memory-chain.ts';
import {
  memoryContent,
  permissiveRules,
  type StandardRules,
} from '../../../packages/server-kit/src/testing/rules.ts';
import { createFaults } from './faults.ts';

/** Looks like one in base58. */
const addressOf = (seed: string): string =>
  hash('sha512', seed, 'hex').slice(0, 44).replaceAll('0', 'z');

let ids = 0;
/** Of one length, so that none is a part of another. */
const nextId = () => {
  ids += 1;
  return `user-${String(ids).padStart(5, '0')}`;
};

export const drivers = ['postgres', 'pglite'] as const;
export type Driver = (typeof drivers)[number];
export type ProcessName = keyof StandardRules;

export interface User {
  readonly id: string;
  readonly wallet: string;
  readonly nft: string;
}

interface Recorded {
  readonly principal: User;
  readonly input: { readonly targetTierId: string };
  readonly mint: string;
}

/** A node, and the HTTP in front of it. */
export interface Node {
  readonly service: Service;
  send(
    user: User,
    method: 'POST' | 'PATCH',
    path: string,
    body: object,
    key?: string,
  ): Promise<Response>;
}

const DEPLOYMENT = 'deployment of T3';
/** Far longer than a test, and short enough to be twice as long. */
const FAR_MS = 1_000_000;
const allDeadlines = (ms: number): Deadlines => ({
  ...defaultDeadlines,
  ...Object.fromEntries(Object.keys(defaultDeadlines).map((port) => [port, ms])),
});

/** How a node is timed. `idle`: it works only when it is told to. */
const timings = {
  busy: {
    watchMs: 100,
    sweepMs: 200,
    takeoverMs: 300,
    deadlines: allDeadlines(150),
    stepMs: 60_000,
  },
  patient: {
    watchMs: 300,
    sweepMs: 600,
    takeoverMs: 600,
    deadlines: allDeadlines(FAR_MS),
    stepMs: 1_000,
  },
  idle: {
    watchMs: FAR_MS,
    sweepMs: FAR_MS,
    takeoverMs: FAR_MS,
    deadlines: allDeadlines(FAR_MS),
    stepMs: FAR_MS,
  },
} as const satisfies Record<string, Partial<ServiceOptions>>;
export type Timing = keyof typeof timings;

/** One database and one chain, with a user for each cell, and any number of nodes. */
export async function openEnvironment(driver: Driver) {
  const faults = createFaults();
  const db: Db =
    (await databases.find(({ name }) => name === driver)?.open()) ?? (await Promise.reject(driver));
  const memory = memoryChain();
  const users = new Map<string, User>();
  const errors: unknown[] = [];
  const nodes: Service[] = [];
  /** What operators were alerted about. */
  const authorities: string[] = [];
  /** What the records of the host hold, and who pays for mints. */
  const state = { held: [] as Recorded[], authority: 'authority' };
  /** Where each NFT was sent to be minted, by its owner. */
  const minted = new Map<string, Set<string>>();
  const compensations = new Map<string, Set<string>>();
  const note = (in_: Map<string, Set<string>>, key: string, value: string) =>
    void in_.set(key, (in_.get(key) ?? new Set()).add(value));
  const userOf = (id: string): User => {
    const user = users.get(id);
    if (!user) throw new RangeError(id);
    return user;
  };

  const { burn, mint } = memory.chain;
  const chain = {
    identity: faults.host('chain', memory.chain).identity,
    burn: faults.host('burn', burn),
    mint: faults.host('mint', {
      ...mint,
      // Nothing can land that was signed before.
      horizon: async () => 0,
      funds: async () => ({ authority: state.authority, lamports: 1 }),
      async send(attempt: Parameters<typeof mint.send>[0]) {
        const { to } = JSON.parse(Buffer.from(attempt.transaction, 'base64').toString()) as {
          to: string;
        };
        note(minted, to, attempt.mintAddress);
        await mint.send(attempt);
      },
    }),
  };
  const host = permissiveRules('').rules;
  const tier = { tierId: 'tier-2', tierName: 'Quant Ape', level: 2 };
  const describe = async ({ principal }: { principal: { id: string } }) => ({
    standard: 'memory',
    name: tier.tierName,
    symbol: 'AIW3',
    metadata: { name: tier.tierName, owner: userOf(principal.id).wallet },
  });
  const rules: StandardRules = {
    upgrade: faults.host('rules', {
      ...host.upgrade,
      held: async () => ({ items: state.held, next: null }),
      describe,
      subject: async ({ principal }) => userOf(principal.id).nft,
      async qualify({ principal, input }) {
        if (input.targetTierId === 'too-high')
          return { qualified: false, error: 'Not yet.', requirements: [] };
        const { nft } = userOf(principal.id);
        const currentNFT = { mintAddress: nft, tierId: 'tier-1', tierName: 'Tech Chicken' };
        return { qualified: true, facts: { currentNFT, targetTier: tier } };
      },
    } satisfies StandardRules['upgrade']),
    claim: faults.host('rules', { ...host.claim, describe }),
    badge_activation: faults.host('rules', host.badge_activation),
  };
  const store = memoryContent().store;
  const content = {
    ...store,
    cid: async (bytes: Uint8Array) => `mem${hash('sha256', bytes, 'hex')}`,
    put: async (bytes: Uint8Array) => `mem${hash('sha256', bytes, 'hex')}`,
  };
  const sink: Sink = {
    name: 'crm',
    publish: async () => undefined,
    close: async () => undefined,
  };
  const line = faults.host('wake', {
    broadcast: async () => undefined,
    leave: async () => undefined,
  });
  const wake: WakeBus = (_, options) =>
    faults.call('wake.join', [options], () => line) as Promise<typeof line>;

  return {
    driver,
    db,
    faults,
    memory,
    authorities,
    state,
    minted: ({ wallet }: User) => [...(minted.get(wallet) ?? [])],
    compensations: ({ id }: User) => [...(compensations.get(id) ?? [])],
    user(): User {
      const id = nextId();
      const user = { id, wallet: addressOf(`wallet of ${id}`), nft: addressOf(id) };
      users.set(id, user);
      memory.give(user.nft, user.wallet);
      return user;
    },
    /** The NFT was burned for an operation that this database has forgotten. */
    async burnBefore({ nft, wallet, id }: User): Promise<void> {
      const operationId = `upg_${hash('md5', id, 'hex')}`;
      const memo = burnMemo({ operationId, deployment: deploymentTag(DEPLOYMENT) });
      const located = await burn.locate({ mint: nft, owner: wallet });
      await burn.prepare({ operationId, memo, nft: located, attempt: 1 });
      memory.submit(operationId);
    },
    async node(timing: Timing, options: Partial<ServiceOptions> = {}): Promise<Node> {
      const service = await createService({
        db,
        chain,
        content: faults.host('content', content),
        rules,
        deployment: DEPLOYMENT,
        receipts: faults.host('receipts', {
          issue: async ({ operationId }: { operationId: string }) => ({ id: `rcp_${operationId}` }),
        }),
        compensator: faults.host('compensator', {
          async settle({
            compensationId,
            principal,
          }: {
            compensationId: string;
            principal: { id: string };
          }) {
            note(compensations, principal.id, compensationId);
            return { kind: 'refund' };
          },
        }),
        alerts: faults.host('alerts', {
          alert: async () => undefined,
          authority: async ({ authority }: { authority: string }) =>
            void authorities.push(authority),
        }),
        patience: { retryBaseMs: 5, retryMaxMs: 20, maxAttempts: 2, maxPreflightAttempts: 2 },
        ageAlertMs: 250,
        stopMs: 600,
        onError: (error) => errors.push(error),
        random: () => 0,
        ...timings[timing],
        ...options,
      });
      nodes.push(service);
      const handler = createHandler(service, {
        authenticate: async (request) => userOf(request.headers.get('x-user') ?? ''),
        onError: (error) => errors.push(error),
      });
      return {
        service,
        send: (user, method, path, body, key) =>
          handler.fetch(
            new Request(`http://node${path}`, {
              method,
              headers: {
                'x-user': user.id,
                'content-type': 'application/json',
                accept: 'application/json',
                ...(key !== undefined && { 'idempotency-key': key }),
              },
              body: JSON.stringify(body),
            }),
          ),
      };
    },
    /** What the host may bring beside. */
    extras: { sinks: [faults.host('sink', sink)], wake },
    routes: (process: ProcessName) => routesOf(processes[process]),
    async stop(): Promise<void> {
      await Promise.all(nodes.map((service) => service.stop()));
    },
  };
}

export type Environment = Awaited<ReturnType<typeof openEnvironment>>;
