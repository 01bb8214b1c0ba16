import { signWith } from '../../../solana/fixtures.ts';
import type { RpcMethod } from '../../../solana/rpc/methods.ts';
import type { Arena } from '../arena.ts';
import { type Attack, ofKind } from '../attack.ts';
import { about, type Lie } from '../nodes.ts';

/** Each is tried so often: which node is asked first is chance. */
const LOOKS = 5;
const FAR = 1_000_000;

/** What the chain port says with one liar among three nodes, however often it is asked. */
async function alwaysAnswered(looks: () => Promise<string>): Promise<string> {
  const answered = new Set<string>();
  for (let look = 0; look < LOOKS; look += 1) answered.add(await looks());
  return [...answered].join(', ');
}

interface Blockhash {
  readonly context: { readonly slot: number };
  readonly value: { readonly blockhash: string; readonly lastValidBlockHeight: number };
}
const lives = (blocks: number): Lie =>
  about(['getLatestBlockhash'], ({ context, value }: Blockhash) => ({
    context,
    value: { ...value, lastValidBlockHeight: value.lastValidBlockHeight + blocks },
  }));
const atSlot = (slots: number): Lie =>
  about(['getLatestBlockhash'], ({ context, value }: Blockhash) => ({
    context: { ...context, slot: context.slot + slots },
    value,
  }));
const ahead = (key: 'blockHeight' | 'absoluteSlot', by: number): Lie =>
  about(['getEpochInfo'], (info: Record<string, number>) => ({
    ...info,
    [key]: (info[key] ?? 0) + by,
  }));
const nothing = (...methods: RpcMethod[]): Lie =>
  about(methods, (result: unknown) =>
    Array.isArray(result)
      ? []
      : typeof result === 'object' && result !== null && 'value' in result
        ? { ...result, value: Array.isArray(result.value) ? result.value.map(() => null) : null }
        : null,
  );
const empty = (...methods: RpcMethod[]): Lie =>
  about(methods, (result: object) => (Array.isArray(result) ? [] : { ...result, value: [] }));

/** The end of a life, or a point, that is drawn with one liar of three. */
async function drawn(
  arena: Arena,
  lie: Lie,
  draw: (chain: Awaited<ReturnType<Arena['chain']>>) => Promise<number>,
  honest: () => Promise<number>,
): Promise<string> {
  const chain = await arena.chain([lie, null, null]);
  return alwaysAnswered(async () => {
    const value = await draw(chain);
    const distance = Math.abs(value - (await honest()));
    return distance <= 100 ? 'bounded' : `${distance} away`;
  });
}
const lastHeight =
  ({ solana }: Arena) =>
  async () =>
    (await solana.connection.getLatestBlockhash('processed')).lastValidBlockHeight;
const slotNow =
  ({ solana }: Arena) =>
  () =>
    solana.connection.getSlot('processed');
const draws = (arena: Arena, key: 'lastValidBlockHeight' | 'minSlot') => async () => {
  const { nft } = await arena.solana.begin();
  return async (chain: Awaited<ReturnType<Arena['chain']>>) =>
    (await arena.prepare(chain, nft))[key];
};

export const numbers: readonly Attack[] = ofKind('one-node-number', [
  ...[FAR, -140].map((blocks) => ({
    id: `blockhash-lives-${blocks > 0 ? 'for-ever' : 'no-time'}`,
    code: 'bounded',
    succeededBefore: true as const,
    run: async (arena: Arena) =>
      drawn(arena, lives(blocks), await draws(arena, 'lastValidBlockHeight')(), lastHeight(arena)),
  })),
  {
    id: 'draw-from-the-future',
    code: 'bounded',
    succeededBefore: true,
    run: async (arena) =>
      drawn(arena, atSlot(FAR), await draws(arena, 'minSlot')(), slotNow(arena)),
  },
  {
    id: 'mint-lives-for-ever',
    code: 'bounded',
    succeededBefore: true,
    run: (arena) =>
      drawn(
        arena,
        lives(FAR),
        async (chain) => (await chain.mint.prepare(arena.solana.order(), 1)).lastValidBlockHeight,
        lastHeight(arena),
      ),
  },
  {
    id: 'horizon-of-the-future',
    code: 'bounded',
    succeededBefore: true,
    run: (arena) => drawn(arena, lives(FAR), (chain) => chain.mint.horizon(), lastHeight(arena)),
  },
  {
    id: 'height-of-the-past-is-no-veto',
    code: 'dead',
    succeededBefore: true,
    async run(arena) {
      const { attempt } = await arena.solana.begin();
      await arena.solana.expire();
      const chain = await arena.chain([ahead('blockHeight', -FAR), null, null]);
      // The liar may make us wait for a look, and no longer.
      for (let look = 0; look < LOOKS; look += 1) {
        const { kind } = await chain.burn.observe({ attempts: [attempt], signatures: [] });
        if (kind !== 'untouched') return kind;
      }
      return 'untouched';
    },
  },
  ...(['blockHeight', 'absoluteSlot'] as const).map((key) => ({
    id: `${key === 'blockHeight' ? 'height' : 'slot'}-of-the-future`,
    code: 'untouched',
    async run(arena: Arena) {
      const { attempt } = await arena.solana.begin();
      const chain = await arena.chain([ahead(key, FAR), null, null]);
      return alwaysAnswered(
        async () => (await chain.burn.observe({ attempts: [attempt], signatures: [] })).kind,
      );
    },
  })),
]);

/** A burn that is final, looked for with one liar of three. */
async function burnSeen(arena: Arena, lie: Lie, reported = true): Promise<string> {
  const { owner, attempt } = await arena.solana.begin();
  const bytes = Buffer.from(signWith(attempt.transaction, owner), 'base64');
  const signature = await arena.solana.sendRaw(bytes);
  await arena.solana.finalized(signature);
  const chain = await arena.chain([lie, null, null]);
  const signatures = reported ? [signature] : [];
  return alwaysAnswered(
    async () => (await chain.burn.observe({ attempts: [attempt], signatures })).kind,
  );
}
const stuck: Lie = about(['getSignatureStatuses'], (result: { value: object[] }) => ({
  ...result,
  value: result.value.map((status) => status && { ...status, confirmationStatus: 'confirmed' }),
}));
const hang: Lie = () => new Promise(() => {});

export const hidden: readonly Attack[] = ofKind('one-node-hides', [
  {
    id: 'hides-the-transaction',
    code: 'burned',
    succeededBefore: true,
    run: (arena) => burnSeen(arena, nothing('getTransaction')),
  },
  {
    id: 'hides-the-status',
    code: 'burned',
    run: (arena) => burnSeen(arena, nothing('getSignatureStatuses')),
  },
  {
    id: 'holds-the-status-back',
    code: 'burned',
    succeededBefore: true,
    run: (arena) => burnSeen(arena, stuck),
  },
  {
    id: 'hides-the-history',
    code: 'burned',
    run: (arena) => burnSeen(arena, empty('getSignaturesForAddress'), false),
  },
  { id: 'hangs', code: 'burned', run: (arena) => burnSeen(arena, hang) },
  {
    id: 'hides-a-burn-of-before',
    code: 'found',
    succeededBefore: true,
    async run(arena) {
      const { owner, nft, attempt } = await arena.solana.begin();
      const bytes = Buffer.from(signWith(attempt.transaction, owner), 'base64');
      await arena.solana.finalized(await arena.solana.sendRaw(bytes));
      const chain = await arena.chain([empty('getSignaturesForAddress'), null, null]);
      const query = { mint: nft.mint, owner: nft.owner };
      return alwaysAnswered(async () => ((await chain.burn.find?.(query)) ? 'found' : 'lost'));
    },
  },
  {
    id: 'hides-the-nft',
    code: 'located',
    succeededBefore: true,
    async run(arena) {
      const { nft } = await arena.solana.begin();
      const lie = nothing('getAccountInfo', 'getTokenAccountsByOwner');
      const chain = await arena.chain([lie, null, null]);
      const query = { mint: nft.mint, owner: nft.owner };
      return alwaysAnswered(() =>
        chain.burn.locate(query).then(
          () => 'located',
          (error: { code: string }) => error.code,
        ),
      );
    },
  },
  {
    id: 'hides-the-new-nft',
    code: 'minted',
    succeededBefore: true,
    async run(arena) {
      const order = arena.solana.order();
      const attempt = await arena.solana.chain.mint.prepare(order, 1);
      await arena.solana.chain.mint.send(attempt);
      await arena.solana.settled(order, [attempt]);
      const chain = await arena.chain([nothing('getAccountInfo'), null, null]);
      return alwaysAnswered(async () => (await chain.mint.observe(order, [attempt])).kind);
    },
  },
]);

/** A burn that is built with one liar of three. */
async function built(arena: Arena, lie: Lie): Promise<string> {
  const { nft } = await arena.solana.begin();
  const chain = await arena.chain([lie, null, null]);
  return alwaysAnswered(() =>
    arena.prepare(chain, nft).then(
      () => 'built',
      (error: { code: string }) => error.code,
    ),
  );
}

export const invented: readonly Attack[] = ofKind('one-node-invents', [
  {
    id: 'shows-another-transaction',
    code: 'burned',
    async run(arena) {
      const other = await arena.solana.begin();
      const bytes = Buffer.from(signWith(other.attempt.transaction, other.owner), 'base64');
      const signature = await arena.solana.sendRaw(bytes);
      const lie: Lie = async ({ method, params, honest }) => {
        if (method !== 'getTransaction') return honest();
        const response = await fetch(arena.solana.local.rpcUrl, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: [signature, params[1]] }),
        });
        return ((await response.json()) as { result: unknown }).result;
      };
      return burnSeen(arena, lie);
    },
  },
  {
    id: 'cannot-read-the-version',
    code: 'burned',
    run: (arena) =>
      burnSeen(arena, async ({ method, honest }) =>
        method === 'getTransaction'
          ? Response.json({
              jsonrpc: '2.0',
              id: 1,
              error: { code: -32015, message: 'Transaction version (1) is not supported' },
            })
          : honest(),
      ),
  },
  {
    id: 'invents-a-landing',
    code: 'untouched',
    async run(arena) {
      const { owner, attempt } = await arena.solana.begin();
      const { signature } = await arena.solana.chain.burn.accept(
        signWith(attempt.transaction, owner),
        [attempt],
      );
      const slot = await arena.solana.connection.getSlot('finalized');
      const lie = about(['getSignatureStatuses'], (result: { value: unknown[] }) => ({
        ...result,
        value: result.value.map(() => ({
          slot,
          err: null,
          confirmations: null,
          confirmationStatus: 'finalized',
        })),
      }));
      const chain = await arena.chain([lie, null, null]);
      // Undecided it may be while a node says so; it never decides.
      return alwaysAnswered(async () => {
        const seen = await chain.burn.observe({ attempts: [attempt], signatures: [signature] });
        return seen.kind === 'pending' ? 'untouched' : seen.kind;
      });
    },
  },
  {
    id: 'invents-a-failed-mint',
    code: 'pending',
    succeededBefore: true,
    async run(arena) {
      const order = arena.solana.order();
      const attempt = await arena.solana.chain.mint.prepare(order, 1);
      const slot = await arena.solana.connection.getSlot('finalized');
      const lie = about(['getSignatureStatuses'], (result: { value: unknown[] }) => ({
        ...result,
        value: result.value.map(() => ({
          slot,
          err: { InstructionError: [0, { Custom: 1 }] },
          confirmations: null,
          confirmationStatus: 'finalized',
        })),
      }));
      const chain = await arena.chain([lie, null, null]);
      return alwaysAnswered(async () => (await chain.mint.observe(order, [attempt])).kind);
    },
  },
  {
    id: 'says-that-a-burn-would-fail',
    code: 'built',
    succeededBefore: true,
    run: (arena) =>
      built(
        arena,
        about(['simulateTransaction'], (result: { value: object }) => ({
          ...result,
          value: { ...result.value, err: { InstructionError: [1, { Custom: 17 }] } },
        })),
      ),
  },
  {
    id: 'says-that-the-wallet-is-empty',
    code: 'built',
    succeededBefore: true,
    run: (arena) =>
      built(
        arena,
        about(['getBalance'], (result: object) => ({ ...result, value: 0 })),
      ),
  },
  {
    id: 'says-that-a-mint-takes-one-unit',
    code: 'enough',
    succeededBefore: true,
    async run(arena) {
      const lie = about(['simulateTransaction'], (result: { value: object }) => ({
        ...result,
        value: { ...result.value, unitsConsumed: 1 },
      }));
      const chain = await arena.chain([lie, null, null]);
      return alwaysAnswered(async () => {
        const order = arena.solana.order();
        const attempt = await chain.mint.prepare(order, 1);
        await chain.mint.send(attempt);
        const { kind } = await arena.solana.settled(order, [attempt]);
        return kind === 'minted' ? 'enough' : kind;
      });
    },
  },
  {
    id: 'asks-for-a-fortune-in-rent',
    code: 'built',
    succeededBefore: true,
    run: (arena) =>
      built(
        arena,
        about(['getMinimumBalanceForRentExemption'], () => 10 ** 12),
      ),
  },
]);
