import { beforeAll, describe, expect, it } from 'vitest';
import { encodeBase64 } from '../../packages/core/src/solana/base64.ts';
import { solanaGuard } from '../../packages/core/src/solana/guard.ts';
import { burnMemo } from '../../packages/core/src/solana/memo.ts';
import { programs } from '../../packages/core/src/solana/programs.ts';
import { encodeTransaction } from '../../packages/core/src/testing/encode.ts';
import { accounts, mint, mint2022, owner, sponsor, stranger } from './accounts.ts';
import { budget, burn, call, close, compile, type Draft, memo, u64 } from './compile.ts';
import { type AccountState, openChain, type State } from './execute.ts';
import { createRandom, mutate } from './mutate.ts';

/**
 * Honest burns, changed in every way that comes to mind. Whatever the guard still accepts is
 * executed, and every account is compared: only the one NFT may be gone, and only the fee, at most
 * as high as the guard said. GUARD_FUZZ_RUNS=1000000 makes it a long run, GUARD_FUZZ_SEED another
 * one.
 */
const runs = Number(process.env.GUARD_FUZZ_RUNS ?? 10_000);
const seed = Number(process.env.GUARD_FUZZ_SEED ?? 20_261_124);

const operationId = 'upg_01J9ZC4';
const ours = memo(burnMemo({ operationId, deployment: 'test-tag' }));
const limits = [budget(2, 0, 0, 2, 0), budget(3, ...u64(1_000n))];
const plain = (program: string) => call(program, burn(program).accounts, [8, ...u64(1n)]);

const burns: readonly {
  name: string;
  draft: Draft;
  program: string;
  options?: { feePayer: string };
}[] = [
  { name: 'SPL Token, legacy', program: programs.token, draft: of(programs.token, 'legacy') },
  {
    name: 'SPL Token, version 0, the plain Burn',
    program: programs.token,
    draft: { version: 0, payer: owner, calls: [ours, plain(programs.token)] },
  },
  { name: 'Token-2022', program: programs.token2022, draft: of(programs.token2022, 'legacy') },
  {
    name: 'paid by a sponsor',
    program: programs.token,
    draft: { ...of(programs.token, 0), payer: sponsor },
    options: { feePayer: sponsor },
  },
];

function of(program: string, version: 'legacy' | 0): Draft {
  return { version, payer: owner, calls: [...limits, ours, burn(program), close(program)] };
}

/** What changed, in words; nothing where only the burn happened. */
function harm(
  before: State,
  after: State,
  burned: { mint: string; account: string },
  payer: string,
  maxFee: bigint,
): string[] {
  const findings: string[] = [];
  const rent = before.get(burned.account)?.lamports ?? 0n;
  for (const address of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(address), after.get(address)];
    if (same(was, is)) continue;
    if (
      address === burned.account &&
      (is === undefined || amountOf(is) === 0n) &&
      was?.lamports === (is?.lamports ?? was?.lamports)
    )
      continue;
    if (
      address === burned.mint &&
      is &&
      was &&
      is.lamports === was.lamports &&
      is.program === was.program &&
      supplyOf(is) === 0n
    )
      continue;
    const lost = (was?.lamports ?? 0n) - (is?.lamports ?? 0n);
    const isMoneyOnly = is?.data === was?.data && is?.program === was?.program;
    if (address === payer && isMoneyOnly && lost <= maxFee && lost >= -rent) continue;
    if (address === owner && isMoneyOnly && lost <= 0n && lost >= -rent) continue;
    findings.push(`${address}: ${inWords(was)} became ${inWords(is)}`);
  }
  return findings;
}

const same = (one: AccountState | undefined, other: AccountState | undefined): boolean =>
  one?.lamports === other?.lamports && one?.program === other?.program && one?.data === other?.data;
const amountOf = ({ data }: AccountState): bigint =>
  Buffer.from(data, 'base64').readBigUInt64LE(64);
const supplyOf = ({ data }: AccountState): bigint =>
  Buffer.from(data, 'base64').readBigUInt64LE(36);
const inWords = (held: AccountState | undefined): string =>
  held ? `${held.lamports} lamports of ${held.program} with ${held.data}` : 'nothing';

describe('W1, W7: a changed burn', () => {
  let chain: Awaited<ReturnType<typeof openChain>>;
  beforeAll(async () => {
    chain = await openChain();
  });

  it('unchanged, burns exactly the NFT on the local chain', () => {
    for (const { name, draft, program, options } of burns) {
      const wire = encodeTransaction(compile(draft));
      const target =
        program === programs.token
          ? { mint, account: accounts.a.nft }
          : { mint: mint2022, account: accounts.a.nft2022 };
      const verdict = solanaGuard(options).inspect(
        encodeBase64(wire),
        { operationId, mint: target.mint, owner, tokenProgram: program },
        'before',
      );
      if (!verdict.safe) throw new TypeError(`${name}: ${JSON.stringify(verdict.findings)}`);
      const { succeeded, after } = chain.run(wire);
      expect([name, succeeded]).toEqual([name, true]);
      expect(harm(chain.before, after, target, draft.payer, verdict.maxFeeLamports)).toEqual([]);
      chain.restore(after);
    }
  });

  it(`${runs} times: none is accepted that moves or approves anything else`, async () => {
    const random = createRandom(seed);
    const count = { accepted: 0, executed: 0, refused: 0 };
    for (let run = 0; run < runs; run++) {
      // The native accounts of LiteSVM are given back between two turns of the event loop, and not
      // before.
      if (run % 200 === 0) await new Promise((resolve) => setImmediate(resolve));
      const honest = random.pick(burns, burns[0] as (typeof burns)[number]);
      const stage = random.pick(['before', 'after'] as const, 'before');
      const wire = mutate(random, honest.draft);
      const target =
        honest.program === programs.token
          ? { mint, account: accounts.a.nft }
          : { mint: mint2022, account: accounts.a.nft2022 };
      const expected = { operationId, mint: target.mint, owner, tokenProgram: honest.program };
      const verdict = solanaGuard(honest.options).inspect(encodeBase64(wire), expected, stage);
      if (!verdict.safe) {
        count.refused++;
        continue;
      }
      count.accepted++;
      // Two signatures, and the highest priority fee of the policy.
      expect(verdict.maxFeeLamports).toBeLessThanOrEqual(1_010_000n);
      const { succeeded, after } = chain.run(wire);
      count.executed += Number(succeeded);
      const findings = harm(
        chain.before,
        after,
        target,
        honest.options?.feePayer ?? owner,
        verdict.maxFeeLamports,
      );
      if (findings.length > 0)
        throw new RangeError(
          `Run ${run} of seed ${seed}, ${honest.name}, ${stage} signing, did more than it ` +
            `should:\n${findings.join('\n')}\n${encodeBase64(wire)}`,
        );
      chain.restore(after);
    }
    // Without each of the three the run would prove nothing.
    for (const [what, times] of Object.entries(count))
      expect([what, times > runs / 100]).toEqual([what, true]);
    expect(chain.before.get(stranger)?.lamports).toBe(1_000_000_000n);
    if (runs > 10_000) console.info(count);
  });
});
