import { AsyncLocalStorage } from 'node:async_hooks';
import { hash } from 'node:crypto';
import { type ErrorCode, NftUpgradeError, processes } from '@aiw3/nft-upgrade/protocol';
import type { BurnWindow } from '../../../packages/server-kit/src/phases/burn/decision.ts';
import type {
  BurnObservation,
  Chain,
  MintObservation,
} from '../../../packages/server-kit/src/ports/chain.ts';
import { createService } from '../../../packages/server-kit/src/service.ts';
import { closeDatabases, databases } from '../../../packages/server-kit/src/testing/databases.ts';
import { memoryChain } from '../../../packages/server-kit/src/testing/memory-chain.ts';
import {
  memoryContent,
  permissiveRules,
  untilStatus,
} from '../../../packages/server-kit/src/testing/rules.ts';

/** Looks like one in base58. */
const base58 = (seed: string, length: 44 | 88): string =>
  hash('sha512', seed, 'hex').slice(0, length).replaceAll('0', 'z');

/** What one user's chain answers, once it is told to. */
export interface Script {
  /** Instead of what the chain in memory says of the burn, or of the mint. */
  burn?: (query: Parameters<Chain['burn']['observe']>[0]) => BurnObservation;
  mint?: () => MintObservation;
  /** Refuses a fresh burn, or another mint. */
  refuses?: ErrorCode;
  /** Transactions that were sent. */
  sent: string[];
  looks: number;
}

export interface User {
  readonly id: string;
  readonly wallet: string;
  readonly nft: string;
  readonly script: Script;
}

/** Milliseconds that the clock is ahead where a window has to be closed. */
const PAST_THE_WINDOW_MS = 600_000;
const never = { watchMs: 3_600_000, sweepMs: 3_600_000, takeoverMs: 3_600_000 };

/** One engine for all cells, which looks when it is told to; each cell has a user of its own. */
export async function openEnvironment() {
  const [, { open }] = databases;
  // A statement costs PGlite ten times as much of a processor, and a cell is some forty.
  const db = await open();
  const memory = memoryChain();
  const users = new Map<string, User>();
  const signers = new Map<string, User>();
  /** Cells run side by side; each has a clock of its own. Milliseconds. */
  const ahead = new AsyncLocalStorage<number>();
  const by = (key: 'nft' | 'wallet' | 'id', value: string | undefined): User => {
    const user = [...users.values()].findLast((one) => one[key] === value);
    if (!user) throw new RangeError(`Nobody has ${value}.`);
    return user;
  };
  const refuse = ({ refuses }: Script, codes: readonly ErrorCode[]) => {
    if (refuses && codes.includes(refuses)) throw new NftUpgradeError(refuses);
  };
  const { burn, mint } = memory.chain;
  const chain: Chain = {
    ...memory.chain,
    burn: {
      ...burn,
      locate(query) {
        refuse(by('nft', query.mint).script, ['nft_frozen', 'nft_not_owned']);
        return burn.locate(query);
      },
      prepare(request) {
        const codes = ['insufficient_sol', 'simulation_failed', 'rpc_unavailable'] as const;
        refuse(by('nft', request.nft.mint).script, codes);
        return burn.prepare(request);
      },
      async accept(transaction, [attempt]) {
        const user = by('nft', attempt?.nft.mint);
        const signature = base58(`${user.id} ${transaction}`, 88);
        signers.set(signature, user);
        return { signature, attempt: attempt?.attempt ?? 0, transaction };
      },
      async broadcast({ signature }) {
        signers.get(signature)?.script.sent.push(signature);
      },
      async observe(query) {
        const { script } = by('nft', query.attempts[0]?.nft.mint);
        if (!script.burn) return { kind: 'untouched' };
        script.looks += 1;
        return script.burn(query);
      },
    },
    mint: {
      ...mint,
      async observe(request, ...rest) {
        const { script } = by('wallet', request.recipient);
        if (!script.mint) return mint.observe(request, ...rest);
        script.looks += 1;
        return script.mint();
      },
      prepare(request, attempt) {
        const { refuses } = by('wallet', request.recipient).script;
        if (refuses) throw new NftUpgradeError(refuses);
        return mint.prepare(request, attempt);
      },
      async send(attempt) {
        const { to } = JSON.parse(Buffer.from(attempt.transaction, 'base64').toString()) as {
          to: string;
        };
        by('wallet', to).script.sent.push(attempt.signature);
      },
    },
  };
  const host = permissiveRules('').rules.upgrade;
  const service = await createService({
    db,
    chain,
    content: memoryContent().store,
    processes: { upgrade: processes.upgrade },
    rules: {
      upgrade: {
        ...host,
        subject: async ({ principal }) => by('id', principal.id).nft,
        qualify: async ({ principal }) => ({
          qualified: true,
          facts: {
            currentNFT: {
              mintAddress: by('id', principal.id).nft,
              tierId: 'tier-1',
              tierName: 'Tech Chicken',
            },
            targetTier: { tierId: 'tier-2', tierName: 'Quant Ape', level: 2 },
          },
        }),
      },
    },
    patience: { burnWindowMs: 300_000, retryBaseMs: 60_000, retryMaxMs: 60_000, maxAttempts: 1 },
    onError: () => {},
    now: () => Date.now() + (ahead.getStore() ?? 0),
    ...never,
  });
  const query = (user: User, operationId: string) => ({
    process: 'upgrade',
    operationId,
    principal: { id: user.id, wallet: user.wallet },
  });

  return {
    db,
    service,
    query,
    snapshot: (user: User, id: string) => service.snapshot(query(user, id)),
    signature: (user: User, name: string) => base58(`${user.id} ${name}`, 88),
    alertsOf: async (id: string) =>
      (
        await db.sql<{ data: { summary: string } }>(
          "select data from nft_upgrade.outbox where operation_id = $1 and topic = 'alert'",
          [id],
        )
      ).map(({ data }) => data.summary),
    /** Somebody with an NFT whose upgrade waits for its burn. */
    async begin(): Promise<{ user: User; id: string }> {
      const id = `user-${users.size}`;
      const script: Script = { sent: [], looks: 0 };
      const user = { id, wallet: base58(`wallet of ${id}`, 44), nft: base58(id, 44), script };
      users.set(user.nft, user);
      memory.give(user.nft, user.wallet);
      const { snapshot } = await service.start({
        process: 'upgrade',
        principal: { id, wallet: user.wallet },
        input: { targetTierId: 'tier-2' },
        idempotencyKey: null,
      });
      await untilStatus(service, query(user, snapshot.operationId), ['awaiting_burn'], 60_000);
      return { user, id: snapshot.operationId };
    },
    /** The user hands over signed bytes, `name` tells them apart. Resolves to their signature. */
    async sign(user: User, id: string, name: string): Promise<string> {
      const signedTransaction = Buffer.from(name).toString('base64');
      const confirmation = { signedTransaction };
      return (await service.confirmBurn({ ...query(user, id), confirmation })).burnTxSignature;
    },
    /** Looks at an operation, before the window of its burn closes or after it. */
    look: (id: string, window: BurnWindow): Promise<void> =>
      ahead.run(window === 'closed' ? PAST_THE_WINDOW_MS : 0, () => service.advance(id)),
    async stop() {
      await service.stop();
      await closeDatabases();
    },
  };
}

export type Environment = Awaited<ReturnType<typeof openEnvironment>>;
