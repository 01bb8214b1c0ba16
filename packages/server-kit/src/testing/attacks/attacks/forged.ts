import { attacks as forgeries } from '../../../solana/fixtures/attacks/index.ts';
import { memos } from '../../../solana/fixtures/attacks/memos.ts';
import { notThisBurn, unsuccessful } from '../../../solana/fixtures/attacks/other-burns.ts';
import { replayed } from '../../../solana/fixtures/attacks/replays.ts';
import { comesBack } from '../../../solana/fixtures/attacks/returns.ts';
import { type Attack as Forgery, setupOf } from '../../../solana/fixtures/attacks/setup.ts';
import { wrongSigner } from '../../../solana/fixtures/attacks/signers.ts';
import { until } from '../../../solana/fixtures.ts';
import type { Arena } from '../arena.ts';
import type { Attack } from '../attack.ts';

/** Every one of a kind up to eight; the tests of the chain port try all of them. */
const MOST = 8;

const groups: readonly (readonly [kind: string, forged: readonly Forgery[]])[] = [
  ['signer', wrongSigner],
  ['replay', replayed],
  ['effect', notThisBurn.filter(({ code }) => code !== 'burn_wrong_program')],
  ['memo', memos.filter(({ seenAs }) => seenAs === undefined)],
  ['comes-back', comesBack],
  ['failure', unsuccessful],
];

/** The burn lands, and is reported for an operation that it is not for. */
export async function report(arena: Arena, forgery: Forgery) {
  const setup = await setupOf(arena.solana, forgery);
  const chain = await arena.chain();
  const forged = await forgery.forge(setup);
  const { signature, attempt } =
    typeof forged === 'string' ? { signature: forged, attempt: setup.attempt } : forged;
  await arena.solana.finalized(signature);
  return until(
    () => chain.burn.observe({ attempts: [attempt], signatures: [signature] }),
    ({ kind }) => kind !== 'pending',
  );
}

export const forged: readonly Attack[] = groups.flatMap(([kind, all]) =>
  all.slice(0, MOST).map((forgery, at) => ({
    id: `forged-${kind}-${at + 1}`,
    kind: `forged-${kind}`,
    code: forgery.refusedAs ?? forgery.code,
    async run(arena) {
      const seen = await report(arena, forgery);
      return 'code' in seen && seen.code !== undefined ? seen.code : seen.kind;
    },
  })),
);

/** What names no operation is honoured for the one that the NFT is in. */
export const unbound: readonly Forgery[] = forgeries.filter(
  ({ seenAs }) => seenAs === 'burned_elsewhere',
);
