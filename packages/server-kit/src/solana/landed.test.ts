import type { VersionedTransactionResponse } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BurnAttempt } from '../ports/chain.ts';
import { memoInstruction } from './burn/build.ts';
import { type ExpectedBurn, tokenBurnFindings } from './burn/findings.ts';
import { expectationOf } from './burn/judge.ts';
import { burnOf } from './fixtures/attacks/parts.ts';
import { openSolanaEnvironment, type SolanaEnvironment, until } from './fixtures.ts';
import { type LandedTransaction, landedOf } from './landed.ts';

describe('answers of a node that were altered', () => {
  let solana: SolanaEnvironment;
  let attempt: BurnAttempt;
  let honest: VersionedTransactionResponse;
  let signature: string;
  let expected: ExpectedBurn;
  beforeAll(async () => {
    solana = await openSolanaEnvironment('lite');
    const { owner, nft, attempt: prepared } = await solana.begin();
    attempt = prepared;
    expected = expectationOf([attempt]);
    signature = await solana.land(
      [memoInstruction(attempt.memo, owner.publicKey), burnOf(nft)],
      [owner],
    );
    const read = () =>
      solana.connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
    const response = await until(read, (found) => found !== null);
    if (!response) throw new TypeError('unreachable');
    honest = response;
  });
  afterAll(() => solana.stop());

  const dead = { closed: false, program: '', supply: 0n, mintAuthority: null };
  const codes = (change: Partial<LandedTransaction>) =>
    tokenBurnFindings({ ...landedOf(honest, signature), ...change }, expected, {
      ...dead,
      program: expected.tokenProgram,
    }).map(({ code }) => code);

  it('takes the true one', () => {
    expect(codes({})).toEqual([]);
  });

  it('B9 B10: another transaction than the one asked for, or without its outcome', () => {
    const other = signature.replace(/^./, (first) => (first === '2' ? '3' : '2'));
    expect(() => landedOf(honest, other)).toThrow(
      expect.objectContaining({ code: 'burn_rpc_mismatch', retryable: true }),
    );
    expect(() => landedOf({ ...honest, meta: null }, signature)).toThrow(
      expect.objectContaining({ code: 'burn_rpc_mismatch' }),
    );
  });

  it('B9: a message that the owner did not sign', async () => {
    const foreign = await solana.begin();
    const landed = await solana.land(
      [memoInstruction('x', foreign.owner.publicKey), burnOf(foreign.nft)],
      [foreign.owner],
    );
    const response = await until(
      () => solana.connection.getTransaction(landed, { maxSupportedTransactionVersion: 0 }),
      (found) => found !== null,
    );
    if (!response) throw new TypeError('unreachable');
    const swapped = {
      ...response,
      transaction: { ...response.transaction, signatures: [signature] },
    };
    expect(() => landedOf(swapped, signature)).toThrow(
      expect.objectContaining({ code: 'burn_rpc_mismatch' }),
    );
  });

  it('B10: a burn only within a call of another program is none', () => {
    const { transaction } = landedOf(honest, signature);
    const [budget, memo] = transaction.instructions;
    if (!budget || !memo) throw new TypeError('unreachable');
    expect(codes({ transaction: { ...transaction, instructions: [budget, memo] } })).toContain(
      'burn_missing',
    );
  });

  it('B10: balances that do not show the end of the one NFT', () => {
    const landed = landedOf(honest, signature);
    const [held] = landed.before;
    if (!held) throw new TypeError('unreachable');
    const before = (change: Partial<typeof held>) => codes({ before: [{ ...held, ...change }] });
    expect(before({ amount: '2' })).toEqual(['burn_balance_mismatch']);
    expect(before({ decimals: 1 })).toEqual(['burn_balance_mismatch']);
    expect(before({ owner: attempt.nft.mint })).toEqual(['burn_balance_mismatch']);
    expect(before({ program: null })).toEqual(['burn_balance_mismatch']);
    expect(codes({ before: [held, { ...held, account: held.account + 1 }] })).toEqual([
      'burn_balance_mismatch',
    ]);
    expect(codes({ after: [{ ...held, amount: '1' }] })).toEqual(['burn_balance_mismatch']);
    // Listed, but the account is gone: as surfpool answers after a CloseAccount.
    const lamportsAfter = landed.lamportsAfter.map((lamports, index) =>
      index === held.account ? 0 : lamports,
    );
    expect(codes({ after: [{ ...held, amount: '1' }], lamportsAfter })).toEqual([]);
  });

  it('B10: what is left of the mint', () => {
    const left = (change: object) =>
      tokenBurnFindings(landedOf(honest, signature), expected, {
        ...dead,
        program: expected.tokenProgram,
        ...change,
      }).map(({ code }) => code);
    expect(left({ supply: 1n })).toEqual(['burn_balance_mismatch']);
    expect(left({ mintAuthority: attempt.nft.owner })).toEqual(['burn_mint_authority_alive']);
    expect(left({ program: attempt.nft.mint })).toEqual(['burn_wrong_program']);
    expect(left({ closed: true })).toEqual([]);
  });

  it('B10: the same burn twice in one transaction', () => {
    const { transaction } = landedOf(honest, signature);
    expect(
      codes({
        transaction: {
          ...transaction,
          instructions: [...transaction.instructions, ...transaction.instructions.slice(-1)],
        },
      }),
    ).toContain('burn_wrong_amount');
  });
});
