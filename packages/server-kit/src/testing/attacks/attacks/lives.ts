import {
  AuthorityType,
  createAssociatedTokenAccountIdempotentInstruction,
  createFreezeAccountInstruction,
  createInitializeMint2Instruction,
  createMintToInstruction,
  createSetAuthorityInstruction,
  createThawAccountInstruction,
  getAssociatedTokenAddressSync,
  MINT_SIZE,
  TOKEN_PROGRAM_ID,
} from '@solana/spl-token';
import { ComputeBudgetProgram, Keypair, PublicKey, SystemProgram } from '@solana/web3.js';
import { memoInstruction } from '../../../solana/burn/build.ts';
import { approve, batched, burnOf } from '../../../solana/fixtures/attacks/parts.ts';
import type { Arena, ArenaUser, Host } from '../arena.ts';
import { type Attack, ofKind } from '../attack.ts';
import { withFirst } from '../transactions.ts';
import { burnWith, memoOf } from './memos.ts';

/** An NFT whose issuer can freeze it. */
export async function freezable(arena: Arena, owner: Keypair): Promise<ArenaUser> {
  const { solana } = arena;
  const issuer = solana.authority.publicKey;
  const mint = Keypair.generate();
  const account = getAssociatedTokenAddressSync(mint.publicKey, owner.publicKey);
  const lamports = await solana.connection.getMinimumBalanceForRentExemption(MINT_SIZE);
  await solana.finalized(
    await solana.land(
      [
        SystemProgram.createAccount({
          fromPubkey: issuer,
          newAccountPubkey: mint.publicKey,
          space: MINT_SIZE,
          lamports,
          programId: TOKEN_PROGRAM_ID,
        }),
        createInitializeMint2Instruction(mint.publicKey, 0, issuer, issuer),
        createAssociatedTokenAccountIdempotentInstruction(
          issuer,
          account,
          owner.publicKey,
          mint.publicKey,
        ),
        createMintToInstruction(mint.publicKey, account, issuer, 1n),
        createSetAuthorityInstruction(mint.publicKey, issuer, AuthorityType.MintTokens, null),
      ],
      [solana.authority, mint],
    ),
  );
  const query = { mint: mint.publicKey.toBase58(), owner: owner.publicKey.toBase58() };
  return arena.with(owner, await solana.chain.burn.locate(query));
}

const ice =
  (make: typeof createFreezeAccountInstruction) =>
  async ({ solana }: Arena, { nft }: ArenaUser) => {
    const { authority } = solana;
    const [account, mint] = [new PublicKey(nft.tokenAccount), new PublicKey(nft.mint)];
    await solana.finalized(
      await solana.land([make(account, mint, authority.publicKey)], [authority]),
    );
  };
export const freeze = ice(createFreezeAccountInstruction);
export const thaw = ice(createThawAccountInstruction);

/** Waits until the screen says why, or ends. */
async function notified(arena: Arena, host: Host, user: ArenaUser, id: string): Promise<string> {
  const end = performance.now() + 30_000;
  for (;;) {
    const { status, asset, now } = await host.snapshot(user, id);
    const isNotified = status === 'awaiting_burn' && typeof now.code === 'string';
    if (isNotified || status === 'burn_failed') return `${String(now.code)}, ${asset}`;
    if (performance.now() > end) return `${status}, ${asset}`;
    await arena.pause(50);
  }
}

/** Gives away all but what an empty account costs. */
async function drain({ solana }: Arena, { keypair }: ArenaUser): Promise<void> {
  const lamports = (await solana.connection.getBalance(keypair.publicKey)) - 5_000 - 890_880;
  const pay = SystemProgram.transfer({
    fromPubkey: keypair.publicKey,
    toPubkey: solana.authority.publicKey,
    lamports,
  });
  await solana.finalized(await solana.land([pay], [keypair]));
}

/** Signed bytes that never land, and the wallet is left behind without its SOL, or frozen. */
async function lost(arena: Arena, user: ArenaUser, then: () => Promise<void>): Promise<string> {
  const host = await arena.host();
  const id = await host.awaiting(user);
  const confirmation = { signedTransaction: await host.sign(user, id) };
  arena.solana.controls.dropNext(1);
  await host.service.confirmBurn({ ...host.query(user, id), confirmation });
  await then();
  await arena.solana.expire();
  return notified(arena, host, user, id);
}

export const issuers: readonly Attack[] = ofKind('issuer-and-wallet', [
  {
    id: 'wallet-is-drained-while-its-burn-is-lost',
    code: 'insufficient_sol, safe',
    succeededBefore: true,
    async run(arena) {
      const user = await arena.user(await arena.attacker());
      return lost(arena, user, () => drain(arena, user));
    },
  },
  {
    id: 'issuer-freezes-while-a-burn-is-lost',
    code: 'nft_frozen, safe',
    succeededBefore: true,
    async run(arena) {
      const user = await freezable(arena, await arena.wallet());
      return lost(arena, user, () => freeze(arena, user));
    },
  },
  {
    id: 'issuer-freezes-and-the-user-cancels',
    code: 'cancelled, safe',
    succeededBefore: true,
    async run(arena) {
      const user = await freezable(arena, await arena.wallet());
      const host = await arena.host();
      const id = await host.awaiting(user);
      const confirmation = { signedTransaction: await host.sign(user, id) };
      await freeze(arena, user);
      await host.service.confirmBurn({ ...host.query(user, id), confirmation });
      await arena.refusal(host.service.cancel(host.query(user, id)));
      await arena.solana.expire();
      const { status, asset } = await host.until(user, id, 'cancelled');
      return `${status}, ${asset}`;
    },
  },
]);

/** Burns in ways that leave nothing behind, and do not count. */
export const accounts: readonly Attack[] = ofKind('account-tricks', [
  {
    id: 'burn-inside-of-a-batch',
    code: 'at_risk',
    succeededBefore: true,
    async run(arena) {
      const { solana } = arena;
      const host = await arena.host();
      const user = await arena.user(await arena.attacker());
      const id = await host.awaiting(user);
      const memo = memoInstruction(await memoOf(host, id), user.keypair.publicKey);
      await solana.land([memo, batched(burnOf(user.nft))], [user.keypair]);
      return (await host.until(user, id, 'verifying_burn', 'burn_failed', 'completed')).asset;
    },
  },
  {
    id: 'burn-by-a-delegate',
    code: 'at_risk',
    succeededBefore: true,
    async run(arena) {
      const { solana } = arena;
      const host = await arena.host();
      const user = await arena.user();
      const id = await host.awaiting(user);
      const delegate = await arena.attacker();
      await solana.land([approve(user.nft, delegate.publicKey)], [user.keypair]);
      await solana.land([burnOf(user.nft, delegate.publicKey.toBase58())], [delegate]);
      return (await host.until(user, id, 'verifying_burn', 'burn_failed', 'completed')).asset;
    },
  },
]);

/** What lives longer than it is thought to. */
export const lives: readonly Attack[] = ofKind('lifetime', [
  {
    id: 'same-burn-signed-twice-and-one-fails',
    code: 'one prompt until the other is dead',
    succeededBefore: true,
    async run(arena) {
      const { solana } = arena;
      const user = await freezable(arena, await arena.wallet());
      const host = await arena.host();
      const id = await host.awaiting(user);
      const first = await host.sign(user, id);
      const price = ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 7 });
      const second = withFirst(first, user.keypair, price);
      // The network holds the second back; the first one lands, and fails.
      await freeze(arena, user);
      const confirm = (signedTransaction: string) =>
        host.service.confirmBurn({ ...host.query(user, id), confirmation: { signedTransaction } });
      solana.controls.pause();
      solana.controls.holdNext(1);
      await confirm(second);
      await confirm(first);
      solana.controls.resume();
      await arena.pause(500);
      await thaw(arena, user);
      const handed = async () =>
        (
          await host.db.sql(
            "select 1 from nft_upgrade.attempt where operation_id = $1 and kind = 'burn'",
            [id],
          )
        ).length;
      await arena.pause(800);
      return (await handed()) === 1 ? 'one prompt until the other is dead' : 'two prompts';
    },
  },
  {
    id: 'wallet-with-a-lifetime-of-its-own-lands-after-the-cancel',
    code: 'completed',
    async run(arena) {
      const host = await arena.host();
      const user = await arena.user(await arena.attacker());
      const id = await host.awaiting(user);
      const memo = await memoOf(host, id);
      await host.service.cancel(host.query(user, id));
      await arena.solana.expire();
      await host.until(user, id, 'cancelled');
      await burnWith(arena, user, memo);
      const again = await host.start(user);
      await host.until(user, again, 'minting_new_nft', 'completed', 'qualification_failed');
      await arena.solana.expire();
      return (await host.until(user, again, 'completed')).status;
    },
  },
  {
    id: 'fork-takes-a-confirmed-burn-back',
    code: 'nothing is minted',
    async run(arena) {
      const { solana } = arena;
      const host = await arena.host();
      const user = await arena.user(await arena.attacker());
      const id = await host.awaiting(user);
      solana.controls.pause();
      solana.controls.advance(10);
      const bytes = Buffer.from(await host.sign(user, id), 'base64');
      await solana.connection.sendRawTransaction(bytes, { skipPreflight: true, maxRetries: 0 });
      solana.controls.advance(2);
      await host.service.advance(id);
      solana.controls.rollback(4);
      await host.service.advance(id);
      const { asset } = await host.snapshot(user, id);
      const mints = await host.db.sql("select 1 from nft_upgrade.attempt where kind = 'mint'");
      return asset === 'burned_owed' || mints.length > 0 ? asset : 'nothing is minted';
    },
  },
]);
