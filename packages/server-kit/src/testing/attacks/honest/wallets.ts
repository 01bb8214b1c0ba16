import {
  AuthorityType,
  createInitializeAccountInstruction,
  createSetAuthorityInstruction,
  createTransferInstruction,
  TOKEN_PROGRAM_ID,
} from '@solana/spl-token';
import { ComputeBudgetProgram, Keypair, PublicKey, SystemProgram } from '@solana/web3.js';
import { memoInstruction } from '../../../solana/burn/build.ts';
import { accountOf, burnOf, close, transferTo } from '../../../solana/fixtures/attacks/parts.ts';
import type { Arena, ArenaUser, Host } from '../arena.ts';
import { type Honest, outcomeOf } from '../attack.ts';
import { freezable, freeze, thaw } from '../attacks/lives.ts';
import { burnWith, memoOf } from '../attacks/memos.ts';
import { withFirst } from '../transactions.ts';

const delivered = 'completed, 1 held';

/** Begun, and then burned in some way of the user's. */
const burned =
  (
    burn: (at: { arena: Arena; host: Host; user: ArenaUser; id: string }) => Promise<unknown>,
    { make = (arena: Arena) => arena.user() } = {},
  ) =>
  async (arena: Arena): Promise<string> => {
    const [host, user] = [await arena.host(), await make(arena)];
    const id = await host.awaiting(user);
    await burn({ arena, host, user, id });
    return outcomeOf(arena, user, await host.until(user, id, 'completed'));
  };
const raw = async (arena: Arena, signed: string): Promise<string> =>
  arena.solana.sendRaw(Buffer.from(signed, 'base64'));
const handOver = async (host: Host, user: ArenaUser, id: string, signedTransaction?: string) =>
  host.service.confirmBurn({
    ...host.query(user, id),
    confirmation: { signedTransaction: signedTransaction ?? (await host.sign(user, id)) },
  });
/** The NFT as it is once somebody else holds it. */
const heldBy = (user: ArenaUser, wallet: PublicKey) => ({
  ...user.nft,
  owner: wallet.toBase58(),
  tokenAccount: accountOf(user.nft, wallet).toBase58(),
});

/** What wallets and users do. */
export const ofWallets: readonly Honest[] = [
  {
    id: 'signs-and-hands-over',
    code: delivered,
    run: burned(({ host, user, id }) => handOver(host, user, id)),
  },
  {
    id: 'hands-over-twice',
    code: delivered,
    run: burned(async ({ host, user, id }) => {
      const signed = await host.sign(user, id);
      await handOver(host, user, id, signed);
      await handOver(host, user, id, signed);
    }),
  },
  {
    id: 'sends-itself-and-reports',
    code: delivered,
    run: burned(async ({ arena, host, user, id }) => {
      const burnTxSignature = await raw(arena, await host.sign(user, id));
      const confirmation = { burnTxSignature };
      await host.service.confirmBurn({ ...host.query(user, id), confirmation });
    }),
  },
  {
    id: 'sends-itself-and-says-nothing',
    code: delivered,
    run: burned(async ({ arena, host, user, id }) => raw(arena, await host.sign(user, id))),
  },
  {
    id: 'raises-the-fee',
    code: delivered,
    run: burned(async ({ host, user, id }) => {
      const price = ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 100_000 });
      await handOver(host, user, id, withFirst(await host.sign(user, id), user.keypair, price));
    }),
  },
  {
    id: 'holds-a-token-2022-nft',
    code: delivered,
    run: burned(({ host, user, id }) => handOver(host, user, id), {
      make: (arena) => arena.user(undefined, 'token-2022'),
    }),
  },
  {
    id: 'burns-with-a-tool-and-our-memo',
    code: delivered,
    run: burned(async ({ arena, host, user, id }) => burnWith(arena, user, await memoOf(host, id))),
  },
  {
    id: 'burns-with-a-tool-and-no-memo',
    code: delivered,
    run: burned(({ arena, user }) => burnWith(arena, user)),
  },
  {
    id: 'adds-a-long-memo-of-its-own',
    code: delivered,
    run: burned(async ({ arena, host, user, id }) =>
      burnWith(arena, user, 'x'.repeat(400), await memoOf(host, id)),
    ),
  },
  {
    id: 'lets-a-sponsor-pay',
    code: delivered,
    run: burned(async ({ arena, host, user, id }) => {
      const sponsor = await arena.wallet();
      const memo = memoInstruction(await memoOf(host, id), user.keypair.publicKey);
      await arena.solana.land([memo, burnOf(user.nft)], [sponsor, user.keypair]);
    }),
  },
  {
    id: 'burns-two-nfts-in-one-transaction',
    code: '2 held for 2 burned',
    async run(arena) {
      const host = await arena.host();
      const first = await arena.user();
      const second = await arena.user(first.keypair);
      const [one, two] = [await host.awaiting(first), await host.awaiting(second)];
      await arena.solana.land([burnOf(first.nft), burnOf(second.nft)], [first.keypair]);
      await host.until(first, one, 'completed');
      await host.until(second, two, 'completed');
      return `${(await arena.held(first)).length} held for 2 burned`;
    },
  },
  {
    id: 'moves-the-nft-away-and-back',
    code: delivered,
    run: burned(async ({ arena, host, user, id }) => {
      const friend = await arena.wallet();
      await arena.solana.land(transferTo(user.nft, friend.publicKey), [user.keypair]);
      const there = heldBy(user, friend.publicKey);
      await arena.solana.land(transferTo(there, user.keypair.publicKey), [friend]);
      await handOver(host, user, id);
    }),
  },
  {
    id: 'closes-its-account-and-opens-it-again',
    code: delivered,
    run: burned(async ({ arena, host, user, id }) => {
      const friend = await arena.wallet();
      const { solana } = arena;
      await solana.land(
        [...transferTo(user.nft, friend.publicKey), close(user.nft)],
        [user.keypair],
      );
      const there = heldBy(user, friend.publicKey);
      await solana.land(transferTo(there, user.keypair.publicKey), [friend]);
      await handOver(host, user, id);
    }),
  },
  {
    id: 'lets-somebody-else-close-its-account',
    code: delivered,
    run: burned(({ host, user, id }) => handOver(host, user, id), {
      async make(arena) {
        const user = await arena.user();
        const other = await arena.wallet();
        const give = createSetAuthorityInstruction(
          new PublicKey(user.nft.tokenAccount),
          user.keypair.publicKey,
          AuthorityType.CloseAccount,
          other.publicKey,
        );
        await arena.solana.finalized(await arena.solana.land([give], [user.keypair]));
        return user;
      },
    }),
  },
  {
    id: 'keeps-the-nft-in-another-account',
    code: delivered,
    run: burned(({ host, user, id }) => handOver(host, user, id), {
      async make(arena) {
        const { keypair, nft } = await arena.user();
        const aux = Keypair.generate();
        const rent = await arena.solana.connection.getMinimumBalanceForRentExemption(165);
        await arena.solana.finalized(
          await arena.solana.land(
            [
              SystemProgram.createAccount({
                fromPubkey: keypair.publicKey,
                newAccountPubkey: aux.publicKey,
                space: 165,
                lamports: rent,
                programId: TOKEN_PROGRAM_ID,
              }),
              createInitializeAccountInstruction(
                aux.publicKey,
                new PublicKey(nft.mint),
                keypair.publicKey,
              ),
              createTransferInstruction(
                new PublicKey(nft.tokenAccount),
                aux.publicKey,
                keypair.publicKey,
                1n,
              ),
              close(nft),
            ],
            [keypair, aux],
          ),
        );
        return arena.with(keypair, nft);
      },
    }),
  },
  {
    id: 'burn-that-fails-is-signed-again',
    code: delivered,
    run: burned(
      async ({ arena, host, user, id }) => {
        const signed = await host.sign(user, id);
        await freeze(arena, user);
        const burnTxSignature = await raw(arena, signed);
        await arena.solana.finalized(burnTxSignature);
        await thaw(arena, user);
        const confirmation = { burnTxSignature };
        await host.service.confirmBurn({ ...host.query(user, id), confirmation });
        await renewed(arena, host, user, id);
        await handOver(host, user, id);
      },
      { make: async (arena) => freezable(arena, await arena.wallet()) },
    ),
  },
  {
    id: 'burn-that-the-network-loses-is-signed-again',
    code: delivered,
    run: burned(async ({ arena, host, user, id }) => {
      arena.solana.controls.dropNext(1);
      await handOver(host, user, id);
      await arena.solana.expire();
      await renewed(arena, host, user, id);
      await handOver(host, user, id);
    }),
  },
  {
    id: 'burn-that-the-network-holds-back-lands',
    code: delivered,
    run: burned(async ({ arena, host, user, id }) => {
      arena.solana.controls.holdNext(1);
      await handOver(host, user, id);
      await arena.pause(300);
      arena.solana.controls.release();
    }),
  },
  {
    id: 'comes-back-late-and-asks-for-a-fresh-one',
    code: delivered,
    run: burned(async ({ arena, host, user, id }) => {
      await arena.solana.expire();
      while ((await arena.refusal(host.service.renewBurn(host.query(user, id)))) !== 'accepted')
        await arena.pause(100);
      await handOver(host, user, id);
    }),
  },
  {
    id: 'cancels-and-begins-again',
    code: delivered,
    async run(arena) {
      const [host, user] = [await arena.host(), await arena.user()];
      const id = await host.awaiting(user);
      await host.service.cancel(host.query(user, id));
      await arena.solana.expire();
      await host.until(user, id, 'cancelled');
      return outcomeOf(arena, user, await host.upgrade(user));
    },
  },
  {
    id: 'signs-while-another-tab-cancels',
    code: delivered,
    run: burned(async ({ arena, host, user, id }) => {
      const signed = await host.sign(user, id);
      await host.service.cancel(host.query(user, id));
      await raw(arena, signed);
    }),
  },
];

/** Waits for the next transaction. */
async function renewed(arena: Arena, host: Host, user: ArenaUser, id: string): Promise<void> {
  for (;;) {
    const { status, now, terminal } = await host.snapshot(user, id);
    const { attempt = 1 } = (now.burnTransaction ?? {}) as { attempt?: number };
    if (terminal || (status === 'awaiting_burn' && attempt > 1)) return;
    await arena.pause(50);
  }
}
