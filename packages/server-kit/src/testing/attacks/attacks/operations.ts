import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { Keypair, SystemProgram } from '@solana/web3.js';
import { memoInstruction } from '../../../solana/burn/build.ts';
import { createSolanaChain } from '../../../solana/chain.ts';
import { burnOf } from '../../../solana/fixtures/attacks/parts.ts';
import { SOL } from '../../../solana/fixtures.ts';
import { type Arena, passive } from '../arena.ts';
import { type Attack, ofKind } from '../attack.ts';
import { burnWith, memoOf } from './memos.ts';

const ends = ['completed', 'qualification_failed', 'needs_attention', 'burn_failed'] as const;

/** Several operations, accounts and processes about one NFT, or one transaction. */
export const operations: readonly Attack[] = ofKind('several-operations', [
  {
    id: 'second-account-of-one-wallet',
    code: 'nft_in_use',
    succeededBefore: true,
    async run(arena) {
      const host = await arena.host();
      const first = await arena.user(await arena.attacker());
      const second = arena.with(first.keypair, first.nft);
      await host.awaiting(first);
      const { now } = await host.until(second, await host.start(second), 'qualification_failed');
      return String(now.code);
    },
  },
  {
    id: 'second-account-after-the-delivery',
    code: 'nft_already_upgraded',
    async run(arena) {
      const host = await arena.host();
      const first = await arena.user(await arena.attacker());
      const second = arena.with(first.keypair, first.nft);
      await host.upgrade(first);
      const { now } = await host.until(second, await host.start(second), 'qualification_failed');
      return String(now.code);
    },
  },
  {
    id: 'second-account-takes-a-burn-over',
    code: 'completed by the first',
    succeededBefore: true,
    async run(arena) {
      const host = await arena.host(passive);
      const first = await arena.user(await arena.attacker());
      const second = arena.with(first.keypair, first.nft);
      const id = await host.awaiting(first);
      // The node of the first account is slow: its burn is out and final, and not looked at.
      await burnWith(arena, first, await memoOf(host, id));
      await host.until(second, await host.start(second), ...ends);
      const end = performance.now() + 20_000;
      for (;;) {
        await host.service.advance(id);
        const { status } = await host.snapshot(first, id);
        if (status === 'completed') return 'completed by the first';
        if (status === 'burn_failed' || performance.now() > end) return status;
        await arena.pause(50);
      }
    },
  },
  {
    id: 'two-nfts-in-one-transaction-under-one-memo',
    code: 'one is delivered',
    succeededBefore: true,
    async run(arena) {
      const { solana } = arena;
      const host = await arena.host();
      const keypair = await arena.attacker();
      const [first, second] = [await arena.user(keypair), await arena.user(keypair)];
      const [one, two] = [await host.awaiting(first), await host.awaiting(second)];
      const memo = memoInstruction(await memoOf(host, one), keypair.publicKey);
      await solana.finalized(
        await solana.land([memo, burnOf(first.nft), burnOf(second.nft)], [keypair]),
      );
      await host.until(first, one, 'completed');
      const { status, asset } = await host.until(second, two, 'verifying_burn', 'completed');
      const held = (await arena.held(first)).length;
      return held === 1 && asset !== 'safe' ? 'one is delivered' : `${held} held, ${status}`;
    },
  },
]);

/** Two databases, and one burn. */
export const deployments: readonly Attack[] = ofKind('two-deployments', [
  {
    id: 'plain-burn-shown-to-two-databases-of-one-authority',
    code: '1 NFT for 1 burned',
    succeededBefore: true,
    async run(arena) {
      const [one, two] = [await arena.host(), await arena.host()];
      const user = await arena.user(await arena.attacker());
      const [a, b] = [await one.awaiting(user), await two.awaiting(user)];
      await burnWith(arena, user);
      await Promise.all([one.until(user, a, ...ends), two.until(user, b, ...ends)]);
      return `${(await arena.held(user)).length} NFT for 1 burned`;
    },
  },
  {
    id: 'burn-of-one-deployment-shown-to-another',
    code: 'qualification_failed, 1 NFT for 1 burned',
    succeededBefore: true,
    async run(arena) {
      const user = await arena.user(await arena.attacker());
      const one = await arena.host();
      await one.upgrade(user);
      const authority = Keypair.generate();
      await arena.solana.local.airdrop(authority.publicKey.toBase58(), 10n * SOL);
      const on = createSolanaChain({ rpc: arena.solana.rpc, authority });
      const two = await arena.host({ on });
      const { status } = await two.until(user, await two.start(user), ...ends);
      return `${status}, ${(await arena.held(user)).length} NFT for 1 burned`;
    },
  },
]);

/** A mint that is signed, and does not reach the chain until `release`. */
export async function owed(arena: Arena) {
  const chain = await arena.chain();
  let held = true;
  const host = await arena.host({
    on: {
      ...chain,
      mint: {
        ...chain.mint,
        key: chain.mint.key,
        keys: chain.mint.keys,
        async send(attempt) {
          if (held) throw new NftUpgradeError('rpc_unavailable');
          return chain.mint.send(attempt);
        },
      },
    },
  });
  const user = await arena.user();
  const id = await host.awaiting(user);
  const confirmation = { signedTransaction: await host.sign(user, id) };
  await host.service.confirmBurn({ ...host.query(user, id), confirmation });
  await host.until(user, id, 'needs_attention');
  const rows = await host.db.sql<{ data: Parameters<typeof chain.mint.send>[0] }>(
    `select data from nft_upgrade.attempt where operation_id = $1 and kind = 'mint'
      order by attempt`,
    [id],
  );
  return {
    host,
    user,
    id,
    attempts: rows.map(({ data }) => data),
    chain,
    release() {
      held = false;
    },
  };
}

/** Operators who settle what is still under way. */
export const operators: readonly Attack[] = ofKind('operator', [
  {
    id: 'compensates-while-the-only-mint-may-land',
    code: 'compensate_refused',
    async run(arena) {
      const { host, id } = await owed(arena);
      return arena.refusal(host.service.obligations.compensate(id));
    },
  },
  {
    id: 'compensates-behind-an-attempt-that-failed',
    code: 'compensate_refused',
    succeededBefore: true,
    async run(arena) {
      const { host, id, attempts } = await owed(arena);
      const [first] = attempts;
      if (!first) return 'nothing was signed';
      const stranger = await arena.attacker();
      const { publicKey } = stranger;
      const tooMuch = SystemProgram.transfer({
        fromPubkey: publicKey,
        toPubkey: publicKey,
        lamports: 10 ** 15,
      });
      const signature = await arena.solana.land([tooMuch], [stranger]);
      await arena.solana.finalized(signature);
      // One before it landed with an error, as its row says.
      await host.db.sql(
        `insert into nft_upgrade.attempt (operation_id, kind, attempt, data, outcome)
          values ($1, 'mint', 0, $2, 'mint_failed_on_chain')`,
        [id, { ...first, signature, attempt: 0 }],
      );
      return arena.refusal(host.service.obligations.compensate(id));
    },
  },
  {
    id: 'mint-lands-while-people-are-waited-for',
    code: 'completed, 1 held',
    succeededBefore: true,
    async run(arena) {
      const { host, user, id, attempts, chain } = await owed(arena);
      for (const attempt of attempts) await chain.mint.send(attempt);
      const { status } = await host.until(user, id, 'completed');
      return `${status}, ${(await arena.held(user)).length} held`;
    },
  },
]);
