import type { Arena, ArenaUser, Host } from '../arena.ts';
import { type Honest, outcomeOf } from '../attack.ts';
import { about, type Lie } from '../nodes.ts';

/** An upgrade from the first page to the last, on these nodes. */
const upgrade =
  (lies: readonly (Lie | null)[], before: (arena: Arena) => void = () => {}) =>
  async (arena: Arena): Promise<string> => {
    const host = await arena.host({ on: await arena.chain(lies) });
    const user = await arena.user();
    before(arena);
    return outcomeOf(arena, user, await host.upgrade(user));
  };

const slow =
  (ms: number): Lie =>
  async ({ honest }) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return honest();
  };
const down: Lie = async () => new Response('Bad gateway', { status: 502 });
const busy: Lie = async () => new Response('Too many requests', { status: 429 });
const page: Lie = async () =>
  new Response('<html>', { status: 200, headers: { 'content-type': 'text/html' } });
const pruned: Lie = about(['getTransaction'], () => null);
const hang: Lie = () => new Promise(() => {});
const delivered = 'completed, 1 held';

/** Nodes as they are: slow, down, at their limit, pruned. */
export const onChains: readonly Honest[] = [
  { id: 'one-node', code: delivered, run: upgrade([null]) },
  { id: 'three-nodes', code: delivered, run: upgrade([null, null, null]) },
  { id: 'slow-node', code: delivered, run: upgrade([slow(20)]) },
  { id: 'one-slow-node-of-three', code: delivered, run: upgrade([slow(150), null, null]) },
  { id: 'one-node-of-three-is-down', code: delivered, run: upgrade([down, null, null]) },
  { id: 'one-node-of-three-hangs', code: delivered, run: upgrade([hang, null, null]) },
  { id: 'one-node-of-three-is-at-its-limit', code: delivered, run: upgrade([busy, null, null]) },
  { id: 'one-node-of-three-answers-pages', code: delivered, run: upgrade([page, null, null]) },
  { id: 'one-node-of-three-is-pruned', code: delivered, run: upgrade([pruned, null, null]) },
  {
    id: 'only-node-is-away-for-a-while',
    code: delivered,
    async run(arena) {
      const chain = await arena.chain([down]);
      chain.lie(false);
      const host = await arena.host({ on: chain });
      const user = await arena.user();
      const id = await host.awaiting(user);
      const confirmation = { signedTransaction: await host.sign(user, id) };
      chain.lie(true);
      await host.service.confirmBurn({ ...host.query(user, id), confirmation });
      await arena.pause(300);
      chain.lie(false);
      return outcomeOf(arena, user, await host.until(user, id, 'completed'));
    },
  },
  {
    id: 'ledger-is-pruned-once-the-nft-stands',
    code: 'minted',
    async run(arena) {
      const { solana } = arena;
      const order = solana.order();
      const attempt = await solana.chain.mint.prepare(order, 1);
      await solana.chain.mint.send(attempt);
      await solana.settled(order, [attempt]);
      const chain = await arena.chain([
        about(
          ['getTransaction', 'getSignaturesForAddress', 'getSignatureStatuses'],
          (result: unknown) =>
            Array.isArray(result) ? [] : result && { ...(result as object), value: [null] },
        ),
      ]);
      return (await chain.mint.observe(order, [attempt])).kind;
    },
  },
  {
    id: 'node-that-lags-behind',
    code: delivered,
    async run(arena) {
      const host = await arena.host();
      const user = await arena.user();
      const id = await host.awaiting(user);
      arena.solana.controls.lag(20);
      const confirmation = { signedTransaction: await host.sign(user, id) };
      await host.service.confirmBurn({ ...host.query(user, id), confirmation });
      await arena.pause(300);
      arena.solana.controls.lag(0);
      return outcomeOf(arena, user, await host.until(user, id, 'completed'));
    },
  },
  ...(['burn', 'mint'] as const).map((what) => ({
    id: `fork-takes-the-${what}-back`,
    code: delivered,
    run: (arena: Arena) => forked(arena, what),
  })),
];

/** What a fork undoes is sent again, and lands. */
async function forked(arena: Arena, what: 'burn' | 'mint'): Promise<string> {
  const { controls } = arena.solana;
  const chain = await arena.chain();
  const still = () => {
    controls.pause();
    controls.advance(10);
  };
  let sent = 0;
  const host: Host = await arena.host({
    on: {
      ...chain,
      mint: {
        ...chain.mint,
        key: chain.mint.key,
        keys: chain.mint.keys,
        send(attempt) {
          sent += 1;
          if (what === 'mint' && sent === 1) still();
          return chain.mint.send(attempt);
        },
      },
    },
  });
  const user: ArenaUser = await arena.user();
  const id = await host.awaiting(user);
  const confirmation = { signedTransaction: await host.sign(user, id) };
  if (what === 'burn') still();
  await host.service.confirmBurn({ ...host.query(user, id), confirmation });
  while (what === 'mint' && sent === 0) await arena.pause(20);
  await arena.pause(100);
  controls.advance(2);
  await host.service.advance(id);
  controls.rollback(4);
  await host.service.advance(id);
  controls.resume();
  return outcomeOf(arena, user, await host.until(user, id, 'completed'));
}
