import type { PublicKey } from '@solana/web3.js';
import { isNftUpgradeError } from '../../../packages/core/src/errors/index.ts';
import type {
  BurnAttempt,
  BurnObservation,
  Chain,
  MintAttempt,
} from '../../../packages/server-kit/src/ports/chain.ts';
import { transferTo } from '../../../packages/server-kit/src/solana/fixtures/attacks/parts.ts';
import {
  type SolanaEnvironment,
  signWith,
} from '../../../packages/server-kit/src/solana/fixtures.ts';
import { BLOCKHASH_LIFE } from '../../../packages/server-kit/src/solana/rpc/point.ts';
import { LAG } from './environment.ts';

const T2_BURN = { operationId: 'upg_t2', memo: 'nu2:test-tag:t2', attempt: 1 };

/** One question to the chain port, and what is true. */
export interface Question {
  readonly name: string;
  readonly truth: string;
  /** Before the prompt: a refusal happens to nobody, and the start can be tried again. */
  readonly beforePrompt: boolean;
  ask(chain: Chain): Promise<string>;
}

/** What is answered, in a word; an error by its code. Errors of the program stay errors. */
const word = async (answer: Promise<string>): Promise<string> => {
  try {
    return await answer;
  } catch (thrown) {
    if (!isNftUpgradeError(thrown)) throw thrown;
    return thrown.code;
  }
};

/** Handed out, and what was written down about its end and its beginning is right. */
const fitting = (truth: MintAttempt | BurnAttempt, given: MintAttempt | BurnAttempt): string => {
  const isSound =
    given.lastValidBlockHeight >= truth.lastValidBlockHeight &&
    given.lastValidBlockHeight <= truth.lastValidBlockHeight + BLOCKHASH_LIFE &&
    (!('minSlot' in given) || !('minSlot' in truth) || given.minSlot <= truth.minSlot) &&
    (!('blockhash' in given) || !('blockhash' in truth) || given.blockhash === truth.blockhash);
  return isSound ? 'handed_out' : 'handed_out_wrongly';
};

/** What happened on a chain that stands still from now on. */
export async function questionsOf(solana: SolanaEnvironment): Promise<Question[]> {
  const { controls, chain } = solana;
  const dead = await solana.begin();
  const deadOrder = solana.order();
  const deadMint = await chain.mint.prepare(deadOrder, 1);
  controls.advance(2 * BLOCKHASH_LIFE);
  const [reported, silent, sold] = [
    await solana.begin(),
    await solana.begin(),
    await solana.begin(),
  ];
  const order = solana.order();
  const minted = await chain.mint.prepare(order, 1);
  controls.advance(LAG);
  const bytes = signWith(reported.attempt.transaction, reported.owner);
  const signature = await solana.sendRaw(Buffer.from(bytes, 'base64'));
  await solana.sendRaw(Buffer.from(signWith(silent.attempt.transaction, silent.owner), 'base64'));
  const buyer = await solana.wallet();
  await solana.land(transferTo(sold.nft, buyer.publicKey), [sold.owner]);
  await solana.finalized(await solana.sendRaw(Buffer.from(minted.transaction, 'base64')));
  const alive = await solana.begin();
  const aliveOrder = solana.order();
  const aliveMint = await chain.mint.prepare(aliveOrder, 1);
  const free = solana.order();
  controls.advance(20);
  controls.pause();
  const burnTruth = await chain.burn.prepare({ ...T2_BURN, nft: alive.nft });
  const mintTruth = await chain.mint.prepare(free, 1);

  const question = (
    name: string,
    truth: string,
    ask: (chain: Chain) => Promise<string>,
    beforePrompt = false,
  ): Question => ({ name, truth, beforePrompt, ask: (by) => word(ask(by)) });
  const burn = (
    name: string,
    truth: BurnObservation['kind'],
    attempt: BurnAttempt,
    signatures: readonly string[] = [],
  ) =>
    question(name, truth, async ({ burn: port }) => {
      const seen = await port.observe({ attempts: [attempt], signatures });
      return seen.kind === 'gone' && seen.signature ? 'gone_for_good' : seen.kind;
    });
  const locate = (name: string, truth: string, mint: string, owner: PublicKey) =>
    question(
      name,
      truth,
      async ({ burn: port }) => {
        const { tokenAccount } = await port.locate({ mint, owner: owner.toBase58() });
        return tokenAccount === alive.nft.tokenAccount ? 'held' : 'held_elsewhere';
      },
      true,
    );
  return [
    locate('whose the NFT is', 'held', alive.nft.mint, alive.owner.publicKey),
    question(
      'a burn to sign',
      'handed_out',
      async ({ burn: port }) =>
        fitting(burnTruth, await port.prepare({ ...T2_BURN, nft: alive.nft })),
      true,
    ),
    question('sending it', 'sent', async ({ burn: port }) => {
      await port.broadcast({ signature, attempt: 1, transaction: bytes });
      return 'sent';
    }),
    burn('a reported burn', 'burned', reported.attempt, [signature]),
    burn('a burn nobody reported', 'burned', silent.attempt),
    burn('a burn that may land', 'untouched', alive.attempt),
    burn('a burn that cannot land', 'dead', dead.attempt),
    burn('an NFT that was sold', 'moved', sold.attempt),
    question(
      'a burn that was forgotten',
      'found',
      async ({ burn: port }) => {
        const { mint, owner } = silent.nft;
        return (await port.find?.({ mint, owner })) ? 'found' : 'none';
      },
      true,
    ),
    question(
      'whether a mint would succeed',
      'free',
      async ({ mint: port }) => {
        await port.preflight(free);
        return 'free';
      },
      true,
    ),
    question(
      'a mint to send',
      'handed_out',
      async ({ mint: port }) => fitting(mintTruth, await port.prepare(free, 1)),
      true,
    ),
    ...(
      [
        ['a mint that landed', 'minted', order, minted],
        ['a mint that may land', 'pending', aliveOrder, aliveMint],
        ['a mint that cannot land', 'absent', deadOrder, deadMint],
      ] as const
    ).map(([name, truth, request, attempt]) =>
      question(
        name,
        truth,
        async ({ mint: port }) => (await port.observe(request, [attempt])).kind,
      ),
    ),
  ];
}
