import { PublicKey, SystemProgram, type TransactionInstruction } from '@solana/web3.js';
import { memoInstruction } from '../../../solana/burn/build.ts';
import { signWith } from '../../../solana/fixtures.ts';
import type { Arena } from '../arena.ts';
import { type Attack, ofKind } from '../attack.ts';

/** As many transactions as a stranger sends here; 20,000 of them cost us the same. */
const SPAM = 60;
/** A decision over a spammed address may cost as many calls as this, and no more. */
const MOST_CALLS = 60;

/** Transactions of a stranger that name an address, and do nothing to it. */
export async function spam(
  { solana, attacker }: Arena,
  address: string,
  also: (signer: PublicKey, at: number) => TransactionInstruction[] = () => [],
): Promise<void> {
  const stranger = await attacker();
  const { publicKey: from } = stranger;
  const one = (at: number) => {
    const nudge = SystemProgram.transfer({ fromPubkey: from, toPubkey: from, lamports: at + 1 });
    nudge.keys.push({ pubkey: new PublicKey(address), isSigner: false, isWritable: false });
    return solana.land([nudge, ...also(from, at)], [stranger]);
  };
  for (let sent = 0; sent < SPAM; sent += 20)
    await Promise.all(Array.from({ length: 20 }, (_, at) => one(sent + at)));
}

const within = (calls: number, code: string) =>
  calls <= MOST_CALLS ? code : `${code} after ${calls} calls`;

export const spamming: readonly Attack[] = ofKind('spam', [
  {
    id: 'spam-future-mint',
    code: 'minted',
    async run(arena) {
      const { solana } = arena;
      const order = solana.order();
      const chain = await arena.chain();
      await spam(arena, await chain.mint.address(order));
      const attempt = await chain.mint.prepare(order, 1);
      await chain.mint.send(attempt);
      const before = chain.calls();
      const seen = await solana.settled(order, [attempt]);
      return within(chain.calls() - before, seen.kind);
    },
  },
  {
    id: 'spam-future-mint-before-the-first-look',
    code: 'absent',
    succeededBefore: true,
    async run(arena) {
      const order = arena.solana.order();
      const chain = await arena.chain();
      await spam(arena, await chain.mint.address(order));
      const seen = await chain.mint.observe(order, []);
      return within(chain.calls(), seen.kind);
    },
  },
  {
    id: 'spam-old-mint-behind-a-burn-that-is-looked-for',
    code: 'found',
    succeededBefore: true,
    async run(arena) {
      const { solana } = arena;
      const { owner, nft, attempt } = await solana.begin();
      await solana.finalized(
        await solana.sendRaw(Buffer.from(signWith(attempt.transaction, owner), 'base64')),
      );
      await spam(arena, nft.mint);
      const chain = await arena.chain();
      const found = await chain.burn.find?.({ mint: nft.mint, owner: nft.owner });
      return within(chain.calls(), found ? 'found' : 'lost');
    },
  },
  {
    id: 'spam-old-mint-with-our-memo',
    code: 'burned',
    succeededBefore: true,
    async run(arena) {
      const { solana } = arena;
      const { owner, nft, attempt } = await solana.begin();
      await solana.finalized(
        await solana.sendRaw(Buffer.from(signWith(attempt.transaction, owner), 'base64')),
      );
      await spam(arena, nft.mint, (signer) => [memoInstruction(attempt.memo, signer)]);
      const chain = await arena.chain();
      // Nothing was reported: it is looked for in the history of the mint.
      const looks = async (): Promise<string> => {
        for (let look = 0; look < 8; look += 1) {
          const { kind } = await chain.burn.observe({ attempts: [attempt], signatures: [] });
          if (kind !== 'gone') return kind;
        }
        return 'gone';
      };
      const seen = await looks();
      return within(chain.calls(), seen);
    },
  },
  {
    id: 'spam-wallet',
    code: 'untouched',
    async run(arena) {
      const { nft, attempt } = await arena.solana.begin();
      await spam(arena, nft.owner);
      const chain = await arena.chain();
      const seen = await chain.burn.observe({ attempts: [attempt], signatures: [] });
      return within(chain.calls(), seen.kind);
    },
  },
]);
