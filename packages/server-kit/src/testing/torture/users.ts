/**
 * Some users of the torture, in one process that is killed without a warning: each holds a wallet,
 * and claims, activates badges and upgrades for ever, over HTTP, through the client that pages use.
 * A start that the server acknowledged is reported to the parent at once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createUpgradeClient,
  type Operation,
  type UpgradeClient,
  walletSigning,
} from '@aiw3/nft-upgrade';
import { isNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { solanaGuard } from '@aiw3/nft-upgrade/solana';
import { keypairWallet, type WalletStep } from '@aiw3/nft-upgrade/testing';

/** What the parent sends first. */
export interface UsersTask {
  nodes: readonly string[];
  rpcUrl: string;
  /** ed25519 secret keys, base64. */
  keys: readonly string[];
  /**
   * Each request goes to any node that takes it, and a client is as patient as a page. Otherwise
   * a client has one node, and despairs soon.
   */
  balanced: boolean;
}
/**
 * What is reported to the parent: an operation that exists, the code of what went wrong, or that an
 * operation was not followed to its end.
 */
export type UsersReport = { acknowledged: string } | { problem: string } | { gaveUp: string };

const report = (report: UsersReport) => process.send?.(report);

const steps: readonly WalletStep[] = [
  'sign',
  'sign',
  'sign',
  'sign',
  'submit',
  'reject_but_signed',
];
const pick = <T>(from: readonly T[]): T | undefined =>
  from[Math.floor(Math.random() * from.length)];
let leaving = false;

/** As a load balancer does: who does not take a request is passed over. */
const balancedFetch =
  (nodes: readonly string[]) =>
  async (input: string, init: RequestInit): Promise<Response> => {
    const { pathname, search } = new URL(input);
    const order = nodes.map((node) => [Math.random(), node] as const).sort(([a], [b]) => a - b);
    for (const [, node] of order) {
      const response = await fetch(`${node}${pathname}${search}`, init).catch((error: unknown) => {
        if (init.signal?.aborted) throw error;
        return null;
      });
      if (!response) continue;
      if (response.status >= 400) report({ problem: `HTTP ${response.status}` });
      return response;
    }
    throw new TypeError('No node takes the request.');
  };

async function live(task: UsersTask, key: string): Promise<void> {
  const wallet = keypairWallet(Buffer.from(key, 'base64'), {
    script: Array.from({ length: 500 }, () => pick(steps) ?? 'sign'),
    broadcast: (transaction) => send(task.rpcUrl, transaction),
  });
  const user = wallet.publicKey() ?? '';
  for (;;) {
    // Another node every time, as behind a load balancer.
    const baseUrl = pick(task.nodes) ?? '';
    const client = createUpgradeClient({
      baseUrl,
      getToken: () => user,
      signing: walletSigning({ wallet, guard: solanaGuard() }),
      timing: { baseDelayMs: 100, maxDelayMs: 500, responseMs: 3_000 },
      ...(task.balanced
        ? { environment: { fetch: balancedFetch(task.nodes) } }
        : { limits: { maxAttempts: 8 } }),
    });
    try {
      const [claim, upgrade] = [
        (await client.claim.active())[0],
        (await client.upgrade.active())[0],
      ];
      // Who leaves begins nothing more, and finishes what it began.
      if (claim) await finish(client.claim.attach(claim));
      else if (upgrade) await finish(client.upgrade.attach(upgrade));
      else if (leaving) return;
      else await begin(client, task.balanced ? balancedFetch(task.nodes) : fetch, baseUrl, user);
    } catch (error) {
      // Its node was killed: the next one knows everything.
      report({ problem: isNftUpgradeError(error) ? error.code : 'connection' });
      await sleep(Math.random() * 200);
    } finally {
      client.close();
    }
  }
}

/** The first NFT; with one, a badge and the upgrade at once. */
async function begin(
  client: UpgradeClient,
  fetch: ReturnType<typeof balancedFetch>,
  baseUrl: string,
  user: string,
): Promise<void> {
  const answer = await fetch(`${baseUrl}/?holder=${user}`, { signal: AbortSignal.timeout(3_000) });
  const { nft } = (await answer.json()) as { nft: string | null };
  if (nft === null) return finish(client.claim.start({}));
  const badge = client.badgeActivation.start({
    badgeId: `${user.slice(0, 12)}-${nft.slice(0, 20)}`,
  });
  await Promise.all([finish(badge), finish(client.upgrade.start({ targetTierId: 'tier' }))]);
}

/** Follows an operation to its end, and signs whenever it waits for that. */
async function finish(operation: Operation): Promise<void> {
  let signing = false;
  const signNow = async () => {
    if (signing || operation.getSnapshot().operation?.status !== 'awaiting_burn') return;
    signing = true;
    try {
      // The one that was handed out may have died while nobody was here.
      await operation.renewBurn().catch((error: unknown) => {
        if (!isNftUpgradeError(error) || error.code !== 'burn_still_valid') throw error;
      });
      await operation.sign();
    } catch {
      // Declined, or the node is gone: asked again below.
    } finally {
      signing = false;
    }
  };
  const unsubscribe = operation.subscribe(() => void signNow());
  const timer = setInterval(() => {
    void signNow();
    if (operation.getSnapshot().connection.state === 'gave_up') operation.detach();
  }, 300);
  try {
    const acknowledged = await operation.started;
    report({ acknowledged });
    await signNow();
    await operation.done;
  } catch (error) {
    report({ gaveUp: isNftUpgradeError(error) ? error.code : 'unknown' });
    throw error;
  } finally {
    clearInterval(timer);
    unsubscribe();
  }
}

async function send(rpcUrl: string, transaction: string): Promise<void> {
  const body = {
    jsonrpc: '2.0',
    id: 1,
    method: 'sendTransaction',
    params: [transaction, { encoding: 'base64', skipPreflight: true }],
  };
  await fetch(rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

process.on('disconnect', () => process.exit(0));
process.on('message', (message: UsersTask | 'leave') => {
  if (message === 'leave') leaving = true;
  else
    void Promise.all(message.keys.map((key) => live(message, key))).then(
      () => process.exit(0),
      () => process.exit(1),
    );
});
process.send?.('ready');
