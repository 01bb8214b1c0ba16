import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import {
  createBurnInstruction,
  createCloseAccountInstruction,
  getAssociatedTokenAddressSync,
  TOKEN_2022_PROGRAM_ID,
} from '@solana/spl-token';
import { Keypair, PublicKey } from '@solana/web3.js';
import { createSolanaChain } from '../../../solana/chain.ts';
import { SOL } from '../../../solana/fixtures.ts';
import { type Arena, type ArenaUser, type Host, wipe } from '../arena.ts';
import { type Honest, outcomeOf } from '../attack.ts';
import { owed } from '../attacks/operations.ts';
import { spam } from '../attacks/spam.ts';

const delivered = 'completed, 1 held';

/** Begun and burned, and then the database is as it was before. */
async function restored(
  arena: Arena,
  until: 'burned' | 'delivered',
): Promise<{ host: Host; user: ArenaUser }> {
  const first = await arena.host();
  const user = await arena.user();
  if (until === 'delivered') await first.upgrade(user);
  else {
    const id = await first.awaiting(user);
    const bytes = Buffer.from(await first.sign(user, id), 'base64');
    await first.stop();
    await arena.solana.finalized(await arena.solana.sendRaw(bytes));
  }
  await first.stop();
  await wipe(first.db);
  return { host: await arena.host({ db: first.db }), user };
}

/** A start that finds what a forgotten operation left; nothing is minted before that is dead. */
async function begunAgain(arena: Arena, host: Host, user: ArenaUser): Promise<string> {
  const id = await host.start(user);
  await host.until(user, id, 'minting_new_nft', 'completed', 'qualification_failed');
  await arena.solana.expire();
  return outcomeOf(arena, user, await host.until(user, id, 'completed'));
}

/** Databases that were restored, keys that were rotated, addresses that were spammed. */
export const histories: readonly Honest[] = [
  {
    id: 'restored-from-before-the-burn',
    code: delivered,
    async run(arena) {
      const { host, user } = await restored(arena, 'burned');
      return begunAgain(arena, host, user);
    },
  },
  {
    id: 'restored-from-before-the-delivery',
    code: delivered,
    async run(arena) {
      const { host, user } = await restored(arena, 'delivered');
      return begunAgain(arena, host, user);
    },
  },
  {
    id: 'key-is-rotated-between-the-start-and-the-mint',
    code: delivered,
    async run(arena) {
      const first = await arena.host();
      const user = await arena.user();
      const id = await first.awaiting(user);
      const signedTransaction = await first.sign(user, id);
      await first.stop();
      const authority = Keypair.generate();
      const { solana } = arena;
      await solana.local.airdrop(authority.publicKey.toBase58(), 10n * SOL);
      const formerAuthorities = [solana.authority];
      const on = createSolanaChain({ rpc: solana.rpc, authority, formerAuthorities });
      const host = await arena.host({ on, db: first.db });
      await host.service.confirmBurn({
        ...host.query(user, id),
        confirmation: { signedTransaction },
      });
      return outcomeOf(arena, user, await host.until(user, id, 'completed'));
    },
  },
  {
    id: 'second-node-takes-over',
    code: delivered,
    async run(arena) {
      const first = await arena.host();
      const user = await arena.user();
      const id = await first.awaiting(user);
      const confirmation = { signedTransaction: await first.sign(user, id) };
      await first.service.confirmBurn({ ...first.query(user, id), confirmation });
      await first.stop();
      const second = await arena.host({ db: first.db });
      return outcomeOf(arena, user, await second.until(user, id, 'completed'));
    },
  },
  ...(['nft', 'wallet'] as const).map((what) => ({
    id: `spammed-${what}`,
    code: delivered,
    async run(arena: Arena) {
      const [host, user] = [await arena.host(), await arena.user()];
      await spam(arena, what === 'nft' ? user.nft.mint : user.principal.wallet);
      return outcomeOf(arena, user, await host.upgrade(user));
    },
  })),
  {
    id: 'authority-without-sol-is-fed',
    code: delivered,
    async run(arena) {
      const { solana } = arena;
      const authority = Keypair.generate();
      const address = authority.publicKey.toBase58();
      await solana.local.airdrop(address, 10n * SOL);
      const chain = createSolanaChain({ rpc: solana.rpc, authority });
      let empty = false;
      const on = {
        ...chain,
        mint: {
          ...chain.mint,
          key: chain.mint.key,
          keys: chain.mint.keys,
          prepare: (...given: Parameters<typeof chain.mint.prepare>) =>
            empty ? unfunded() : chain.mint.prepare(...given),
        },
      };
      const host = await arena.host({ on });
      const user = await arena.user();
      const id = await host.awaiting(user);
      empty = true;
      const confirmation = { signedTransaction: await host.sign(user, id) };
      await host.service.confirmBurn({ ...host.query(user, id), confirmation });
      await host.until(user, id, 'needs_attention');
      empty = false;
      await host.service.obligations.retry(id);
      return outcomeOf(arena, user, await host.until(user, id, 'completed'));
    },
  },
  {
    id: 'mint-whose-answer-was-lost',
    code: delivered,
    async run(arena) {
      const { host, user, id, release } = await owed(arena);
      release();
      await host.service.retry(host.query(user, id));
      return outcomeOf(arena, user, await host.until(user, id, 'completed'));
    },
  },
  {
    id: 'obligation-that-is-settled-in-money',
    code: 'compensated, 0 held, 1 paid',
    async run(arena) {
      const { host, user, id } = await owed(arena);
      await arena.solana.expire();
      while ((await arena.refusal(host.service.obligations.compensate(id))) !== 'accepted')
        await arena.pause(100);
      const ended = await host.until(user, id, 'compensated');
      return `${await outcomeOf(arena, user, ended)}, ${host.payments.length} paid`;
    },
  },
  {
    id: 'new-nft-is-sold-before-anybody-looks',
    code: 'minted',
    async run(arena) {
      const { solana } = arena;
      const buyer = await arena.wallet();
      const order = solana.mintRequest(buyer.publicKey);
      const attempt = await solana.chain.mint.prepare(order, 1);
      await solana.chain.mint.send(attempt);
      await arena.pause(300);
      const mint = new PublicKey(attempt.mintAddress);
      const { publicKey } = buyer;
      const account = getAssociatedTokenAddressSync(mint, publicKey, true, TOKEN_2022_PROGRAM_ID);
      await solana.finalized(
        await solana.land(
          [
            createBurnInstruction(account, mint, publicKey, 1n, [], TOKEN_2022_PROGRAM_ID),
            createCloseAccountInstruction(account, publicKey, publicKey, [], TOKEN_2022_PROGRAM_ID),
          ],
          [buyer],
        ),
      );
      return (await solana.settled(order, [attempt])).kind;
    },
  },
  {
    id: 'two-users-at-the-same-time',
    code: `${delivered}; ${delivered}`,
    async run(arena) {
      const host = await arena.host();
      const users = [await arena.user(), await arena.user()];
      const ended = await Promise.all(users.map((user) => host.upgrade(user)));
      const [one, two] = await Promise.all(
        users.map((user, at) => outcomeOf(arena, user, ended[at] ?? { status: '' })),
      );
      return `${one}; ${two}`;
    },
  },
  {
    id: 'one-user-upgrades-two-nfts',
    code: 'completed, 2 held',
    async run(arena) {
      const host = await arena.host();
      const first = await arena.user();
      const second = await arena.user(first.keypair);
      await host.upgrade(first);
      return outcomeOf(arena, second, await host.upgrade(second));
    },
  },
  ...[1, 2].map((times) => ({
    id: `claims-${times === 1 ? 'once' : 'twice'}`,
    code: `completed, ${times + 1} held`,
    async run(arena: Arena) {
      const [host, user] = [await arena.host(), await arena.user()];
      let ended = { status: '' };
      for (let claim = 0; claim < times; claim += 1)
        ended = await host.until(user, await host.start(user, 'claim'), 'completed');
      return outcomeOf(arena, user, ended);
    },
  })),
];

const unfunded = (): never => {
  throw new NftUpgradeError('mint_authority_unfunded');
};
