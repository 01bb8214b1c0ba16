import { setTimeout as pause } from 'node:timers/promises';
import type { NftUpgradeError, Snapshot } from '@aiw3/nft-upgrade/protocol';
import { isNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Keypair } from '@solana/web3.js';
import type { Db } from '../../db/db.ts';
import { pglite } from '../../db/pglite.ts';
import type { Alert } from '../../ports/alerts.ts';
import type { BurnAttempt, Chain, HeldNft } from '../../ports/chain.ts';
import { createService, type Service, type ServiceOptions } from '../../service.ts';
import { createSolanaChain, type SolanaChainOptions } from '../../solana/chain.ts';
import { memoFor, openSolanaEnvironment, signWith } from '../../solana/fixtures.ts';
import { createRpc } from '../../solana/rpc.ts';
import { memoryContent, permissiveRules } from '../rules.ts';
import { type Lie, nodesOf } from './nodes.ts';

const WAIT_MS = 40_000;
const fast = { watchMs: 50, sweepMs: 400, takeoverMs: 1_500 };
/** A node that looks when it is told to, and at no other time. */
export const passive = { watchMs: 3_600_000, sweepMs: 3_600_000, takeoverMs: 3_600_000 };

/** Somebody with a wallet, an NFT of the old kind, and an account at the host. */
export interface ArenaUser {
  readonly keypair: Keypair;
  readonly nft: HeldNft;
  readonly principal: { readonly id: string; readonly wallet: string };
}

/** A host with its database, and one node of ours. */
export interface Host {
  readonly db: Db;
  readonly chain: Chain;
  readonly service: Service;
  readonly alerts: readonly Alert[];
  readonly payments: readonly string[];
  query(user: ArenaUser, operationId: string, process?: string): Parameters<Service['snapshot']>[0];
  start(user: ArenaUser, process?: 'upgrade' | 'claim'): Promise<string>;
  until(user: ArenaUser, operationId: string, ...statuses: string[]): Promise<Snapshot>;
  /** Started, and waiting for the burn. */
  awaiting(user: ArenaUser): Promise<string>;
  /** What the wallet makes of the transaction that waits, base64. */
  sign(user: ArenaUser, operationId: string): Promise<string>;
  /** Signed, handed over and carried through. */
  upgrade(user: ArenaUser): Promise<Snapshot>;
  snapshot(user: ArenaUser, operationId: string): Promise<Snapshot>;
  /** The code that a call is refused with, or `accepted`. */
  stop(): Promise<void>;
}

export interface HostOptions extends Partial<ServiceOptions> {
  /** The chain port; one of an honest node by default. */
  readonly on?: Chain;
  /** Whose NFTs the records of the host know. */
  readonly held?: readonly ArenaUser[];
}

/** Where one attack after the other is tried: a chain with a real runtime, and hosts on it. */
export async function openArena() {
  const solana = await openSolanaEnvironment('lite');
  let counters: (() => number)[] = [];
  let attackers: { keypair: Keypair; lamports: number }[] = [];
  let hosts: Host[] = [];
  /** Opened once, and emptied for the next one: the first of them takes seconds. */
  const databases: Db[] = [];
  let lent = 0;
  let people = 0;
  const nfts = new Map<string, string>();

  const balance = (keypair: Keypair) => solana.connection.getBalance(keypair.publicKey);
  /** Wallets that forgeries make for themselves are those of attackers. */
  const innocent = solana.wallet;
  solana.wallet = async (lamports) => {
    const keypair = await innocent(lamports);
    attackers.push({ keypair, lamports: await balance(keypair) });
    return keypair;
  };

  const arena = {
    solana,
    /** A chain port that asks these nodes, honest where there is no lie. */
    async chain(
      lies: readonly (Lie | null)[] = [null],
      options: Partial<SolanaChainOptions> = {},
    ): Promise<Chain & { lie(on: boolean): void; calls(): number }> {
      const nodes = nodesOf(solana.local.rpcUrl, lies);
      nodes.lie(false);
      const rpc = await createRpc({
        endpoints: nodes.urls,
        fetch: nodes.fetch,
        timeoutMs: 2_000,
        cooldownMs: 50,
        onWarning: () => {},
      });
      nodes.lie(true);
      const before = nodes.calls();
      counters.push(() => nodes.calls() - before);
      const chain = createSolanaChain({ rpc, authority: solana.authority, ...options });
      return { ...chain, lie: nodes.lie, calls: () => nodes.calls() - before };
    },

    /** Somebody whose costs are counted. */
    attacker: (lamports?: bigint): Promise<Keypair> => solana.wallet(lamports),
    /** Somebody who means no harm. */
    wallet: innocent,

    async user(
      keypair?: Keypair,
      standard: 'spl-token' | 'token-2022' = 'spl-token',
    ): Promise<ArenaUser> {
      const owner = keypair ?? (await innocent());
      return arena.with(owner, await solana.issue(owner, standard));
    },
    /** A user with this very NFT. */
    with(keypair: Keypair, nft: HeldNft): ArenaUser {
      people += 1;
      const id = `user-${people}`;
      nfts.set(id, nft.mint);
      return { keypair, nft, principal: { id, wallet: keypair.publicKey.toBase58() } };
    },

    async host({ on, held, ...options }: HostOptions = {}): Promise<Host> {
      const chain = on ?? (await arena.chain());
      const db = options.db ?? (await arena.database());
      const host = await openHost(db, chain, nfts, held, options);
      hosts.push(host);
      return host;
    },

    /** A burn transaction of an operation that nobody runs. */
    prepare(chain: Chain, nft: HeldNft): Promise<BurnAttempt> {
      const operationId = solana.operationId();
      return chain.burn.prepare({ operationId, memo: memoFor(operationId), nft, attempt: 1 });
    },

    /** An empty database. */
    async database(): Promise<Db> {
      const db = databases[lent] ?? (await pglite({ memory: true }));
      databases[lent] = db;
      lent += 1;
      return db;
    },

    /** The code that it is refused with, or `accepted`. */
    refusal: (work: Promise<unknown>): Promise<string> =>
      work.then(
        () => 'accepted',
        (thrown: unknown) => codeOf(thrown),
      ),
    held: (user: ArenaUser) => solana.held(user.keypair.publicKey),
    pause,

    /** Calls of ours and lamports of the attackers since the last time, and everything is ended. */
    async settle(): Promise<{ calls: number; lamports: number }> {
      const calls = counters.reduce((sum, count) => sum + count(), 0);
      let lamports = 0;
      for (const { keypair, lamports: had } of attackers)
        lamports += Math.max(0, had - (await balance(keypair)));
      await Promise.all(hosts.map((host) => host.stop()));
      await Promise.all(databases.slice(0, lent).map((db) => wipe(db)));
      counters = [];
      attackers = [];
      hosts = [];
      lent = 0;
      solana.controls.lag(0);
      solana.controls.resume();
      return { calls, lamports };
    },
    async stop() {
      await Promise.all(databases.map((db) => db.close()));
      await solana.stop();
    },
  };
  return arena;
}

export type Arena = Awaited<ReturnType<typeof openArena>>;

/** The database as it was before any of this. */
export const wipe = (db: Db): Promise<unknown> =>
  db.sql(
    `truncate nft_upgrade.operation, nft_upgrade.burned, nft_upgrade.delivered_before,
        nft_upgrade.setting cascade;
      delete from nft_upgrade_queue.job`,
  );

/** The records of a host, one to a page. */
const onePage = (users: readonly ArenaUser[], at: number) => ({
  items: users.slice(at, at + 1).map(({ principal, nft }) => ({
    principal,
    input: { targetTierId: 'tier-2' },
    mint: nft.mint,
  })),
  next: at + 1 < users.length ? String(at + 1) : null,
});

const codeOf = (thrown: unknown): string => {
  if (isNftUpgradeError(thrown)) return (thrown satisfies NftUpgradeError).code;
  throw thrown;
};

async function openHost(
  db: Db,
  chain: Chain,
  nfts: ReadonlyMap<string, string>,
  held: readonly ArenaUser[] | undefined,
  options: Partial<ServiceOptions>,
): Promise<Host> {
  const alerts: Alert[] = [];
  const payments: string[] = [];
  const mintOf = (principal: { id: string }) => nfts.get(principal.id) ?? '';
  const { upgrade, claim } = permissiveRules('', 'token-2022').rules;
  const service = await createService({
    db,
    chain,
    content: memoryContent().store,
    rules: {
      upgrade: {
        ...upgrade,
        subject: async ({ principal }) => `nft:${mintOf(principal)}`,
        qualify: async ({ principal }) => ({
          qualified: true,
          facts: {
            currentNFT: {
              mintAddress: mintOf(principal),
              tierId: 'tier-1',
              tierName: 'Tech Chicken',
            },
            targetTier: { tierId: 'tier-2', tierName: 'Quant Ape', level: 2 },
          },
        }),
        ...(held && { held: async ({ after }) => onePage(held, Number(after ?? 0)) }),
      },
      claim,
    },
    patience: { retryBaseMs: 20, retryMaxMs: 100, maxAttempts: 3 },
    alerts: { alert: async (alert) => void alerts.push(alert) },
    compensator: {
      async settle({ compensationId }) {
        payments.push(compensationId);
        return { kind: 'refund' };
      },
    },
    onError: () => {},
    ...fast,
    ...options,
  });
  const query: Host['query'] = ({ principal }, operationId, process = 'upgrade') => ({
    process: operationId.startsWith('upg') ? process : 'claim',
    operationId,
    principal,
  });
  const host: Host = {
    db,
    chain,
    service,
    alerts,
    payments,
    query,
    async start({ principal }, process = 'upgrade') {
      const input = process === 'upgrade' ? { targetTierId: 'tier-2' } : {};
      const { snapshot } = await service.start({ process, principal, input, idempotencyKey: null });
      return snapshot.operationId;
    },
    async until(user, operationId, ...statuses) {
      const end = performance.now() + WAIT_MS;
      for (;;) {
        const snapshot = await service.snapshot(query(user, operationId));
        const over = snapshot.terminal || performance.now() > end;
        if (statuses.includes(snapshot.status) || over) return snapshot;
        await pause(20);
      }
    },
    async awaiting(user) {
      const id = await host.start(user);
      const { status, now } = await host.until(user, id, 'awaiting_burn');
      if (status !== 'awaiting_burn') throw new RangeError(`${status}: ${JSON.stringify(now)}`);
      return id;
    },
    async sign(user, operationId) {
      const { now } = await service.snapshot(query(user, operationId));
      const { transaction } = now.burnTransaction as { transaction: string };
      return signWith(transaction, user.keypair);
    },
    async upgrade(user) {
      const id = await host.awaiting(user);
      const confirmation = { signedTransaction: await host.sign(user, id) };
      await service.confirmBurn({ ...query(user, id), confirmation });
      return host.until(user, id, 'completed');
    },
    snapshot: (user, operationId) => service.snapshot(query(user, operationId)),
    stop: () => service.stop(),
  };
  return host;
}
