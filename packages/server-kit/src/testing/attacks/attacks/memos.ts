import { memoInstruction } from '../../../solana/burn/build.ts';
import { burnOf } from '../../../solana/fixtures/attacks/parts.ts';
import type { Arena, ArenaUser, Host } from '../arena.ts';
import { type Attack, ofKind } from '../attack.ts';

/** The memo that an operation's burn carries, public once it is on the chain. */
export async function memoOf({ db }: Host, operationId: string): Promise<string> {
  const [row] = await db.sql<{ data: { memo: string } }>(
    "select data from nft_upgrade.attempt where operation_id = $1 and kind = 'burn'",
    [operationId],
  );
  return row?.data.memo ?? '';
}

/** Burns the NFT of a user with these texts, each signed by the owner. */
export async function burnWith(
  { solana }: Arena,
  { keypair, nft }: ArenaUser,
  ...texts: readonly string[]
): Promise<string> {
  const notes = texts.map((text) => memoInstruction(text, keypair.publicKey));
  const signature = await solana.land([...notes, burnOf(nft)], [keypair]);
  await solana.finalized(signature);
  return signature;
}

/** What the screen says of an NFT that is nowhere. */
const screen = ({ status, asset }: { status: string; asset: string }): string =>
  asset === 'safe' ? `${status} and safe` : 'not safe';

export const memos: readonly Attack[] = ofKind('memo', [
  {
    id: 'memo-names-a-live-operation-of-somebody-else',
    code: 'completed',
    succeededBefore: true,
    async run(arena) {
      const host = await arena.host();
      const [bob, mallory] = [await arena.user(), await arena.user(await arena.attacker())];
      const id = await host.awaiting(bob);
      await burnWith(arena, mallory, await memoOf(host, id));
      const theft = await host.start(mallory);
      await host.until(mallory, theft, 'qualification_failed', 'completed', 'needs_attention');
      const confirmation = { signedTransaction: await host.sign(bob, id) };
      await host.service.confirmBurn({ ...host.query(bob, id), confirmation });
      const { status, facts } = await host.until(bob, id, 'completed', 'needs_attention');
      const held = await arena.held(bob);
      return held.includes(String(facts.mintAddress)) ? status : `${status}, and not held`;
    },
  },
  {
    id: 'memo-names-a-completed-operation',
    code: 'nothing is delivered with the NFT of another operation',
    succeededBefore: true,
    async run(arena) {
      const host = await arena.host();
      const keypair = await arena.attacker();
      const [first, second] = [await arena.user(keypair), await arena.user(keypair)];
      const done = await host.upgrade(first);
      await burnWith(arena, second, await memoOf(host, done.operationId));
      const again = await host.start(second);
      const ended = await host.until(second, again, 'qualification_failed', 'completed');
      return ended.facts.mintAddress === done.facts.mintAddress
        ? 'delivered with the NFT of another operation'
        : 'nothing is delivered with the NFT of another operation';
    },
  },
  {
    id: 'memo-of-another-deployment',
    code: 'qualification_failed',
    succeededBefore: true,
    async run(arena) {
      const [ours, theirs] = [await arena.host(), await arena.host({ deployment: 'theirs' })];
      const user = await arena.user(await arena.attacker());
      const there = await theirs.awaiting(user);
      const memo = await memoOf(theirs, there);
      await theirs.stop();
      await burnWith(arena, user, memo);
      const id = await ours.start(user);
      return (await ours.until(user, id, 'qualification_failed', 'completed')).status;
    },
  },
  {
    id: 'memo-twice',
    code: 'not safe',
    succeededBefore: true,
    async run(arena) {
      const host = await arena.host();
      const user = await arena.user(await arena.attacker());
      const id = await host.awaiting(user);
      const memo = await memoOf(host, id);
      await burnWith(arena, user, memo, memo);
      return screen(await host.until(user, id, 'verifying_burn', 'completed', 'burn_failed'));
    },
  },
  {
    id: 'memo-of-a-cosigner',
    code: 'not safe',
    succeededBefore: true,
    async run(arena) {
      const { solana } = arena;
      const host = await arena.host();
      const user = await arena.user();
      const id = await host.awaiting(user);
      const relayer = await arena.attacker();
      const memo = await memoOf(host, id);
      await solana.finalized(
        await solana.land(
          [
            memoInstruction(memo, user.keypair.publicKey),
            memoInstruction('nft-upgrade:1:upg_another', relayer.publicKey),
            burnOf(user.nft),
          ],
          [user.keypair, relayer],
        ),
      );
      return screen(await host.until(user, id, 'verifying_burn', 'completed', 'burn_failed'));
    },
  },
]);
