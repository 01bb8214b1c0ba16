import { VersionedTransaction } from '@solana/web3.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeBase64 } from './base64.ts';
import { decodeTransaction, readAnyVersion } from './decode.ts';
import { effectsOf } from './effects.ts';
import * as f from './fixtures.ts';
import { solanaGuard } from './guard.ts';
import { programs } from './programs.ts';

const { deployment } = f;
const guard = solanaGuard({ deployment });
/** The guard of a server, which reads more versions, and as strictly as a validator. */
const serverGuard = solanaGuard({ deployment, read: readAnyVersion });

/** Whatever these compare, they can only make the transaction fail. */
const isAssertion = (program: string | undefined, data: Uint8Array): boolean =>
  program === programs.lighthouse && (data[0] ?? 0) >= 2 && (data[0] ?? 99) <= 15;

/**
 * What web3.js, a second decoder, says that a transaction does. Left out is what may differ:
 * signatures, blockhash, which account is emptied, the fee, what a wallet compares.
 */
function meaning(bytes: Uint8Array): string[] {
  const { message } = VersionedTransaction.deserialize(bytes);
  const keys = message.staticAccountKeys.map((key) => key.toBase58());
  const instructions = message.compiledInstructions.map(
    ({ programIdIndex, accountKeyIndexes, data }) => ({
      program: keys[programIdIndex],
      accounts: accountKeyIndexes.map((index) => keys[index]),
      data: Buffer.from(data),
    }),
  );
  const emptied = instructions.find(
    ({ program, data }) => program === programs.token && data[0] === 15,
  )?.accounts[0];
  const signers = keys.slice(0, message.header.numRequiredSignatures);
  return [
    `signed by ${signers.join()}`,
    ...instructions
      .filter(
        ({ program, data }) => program !== programs.computeBudget && !isAssertion(program, data),
      )
      .map(
        ({ program, accounts, data }) =>
          `${program} ${accounts.map((key) => (key === emptied ? 'emptied' : key)).join()} ` +
          `${data.toString('hex')}`,
      ),
  ];
}

type Mutation = {
  kind: 'set' | 'insert' | 'remove' | 'copy';
  at: number;
  to: number;
  byte: number;
};
const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('set', 'set', 'set', 'insert', 'remove', 'copy'),
  at: fc.nat(1_231),
  to: fc.nat(1_231),
  byte: fc.nat(255),
});

function mutate(original: Uint8Array, mutations: readonly Mutation[]): Uint8Array {
  const bytes = [...original];
  for (const { kind, at, to, byte } of mutations) {
    const index = at % (bytes.length || 1);
    if (kind === 'set') bytes[index] = byte;
    else if (kind === 'insert') bytes.splice(index, 0, byte);
    else if (kind === 'remove') bytes.splice(index, 1);
    else bytes.splice(index, 32, ...bytes.slice(to % (bytes.length || 1)).slice(0, 32));
  }
  return Uint8Array.from(bytes);
}

describe.each([
  ['legacy', 'before', f.build(f.honest())],
  ['version 0', 'before', f.build(f.honest(), { version: 0 })],
  ['legacy', 'after', f.build([f.assertion(), ...f.honest()], { signers: [f.owner] })],
] as const)('W1, W7: a changed %s transaction, %s signing', (_, stage, original) => {
  const unchanged = meaning(original);

  /** @returns whether it was accepted; fails when it was, and means something else. */
  const survives = (bytes: Uint8Array): boolean => {
    const verdict = guard.inspect(encodeBase64(bytes), f.expected, stage);
    // What a page lets through a server does, and the other way round: neither reader knows of
    // less.
    expect(serverGuard.inspect(encodeBase64(bytes), f.expected, stage).safe).toBe(verdict.safe);
    if (!verdict.safe) return false;
    expect(verdict.maxFeeLamports).toBeLessThanOrEqual(1_005_000n);
    expect(meaning(bytes)).toEqual(unchanged);
    return true;
  };

  test('no single byte can be changed to another effect', () => {
    let accepted = 0;
    for (let index = 0; index < original.length; index++)
      for (const flip of [0x01, 0x80, 0xff])
        accepted += Number(survives(original.with(index, (original[index] ?? 0) ^ flip)));
    // Signature, blockhash and token account are free: a test in which nothing is accepted would
    // prove nothing.
    expect(accepted).toBeGreaterThan(100 * 3);
  });

  test('no few bytes can either', () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        survives(mutate(original, mutations));
      }),
      { numRuns: 2_000 },
    );
  });
});

test('no bytes at all make the decoder or the guard throw', () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 1_300 }),
    fc
      .tuple(
        fc.constantFrom(f.build(f.honest()), f.build(f.honest(), { version: 0 })),
        fc.array(mutation, { maxLength: 8 }),
      )
      .map(([bytes, list]) => mutate(bytes, list)),
  );
  fc.assert(
    fc.property(anything, fc.constantFrom('before' as const, 'after' as const), (bytes, stage) => {
      const decoded = decodeTransaction(bytes);
      if (decoded.ok) effectsOf(decoded.transaction);
      guard.inspect(encodeBase64(bytes), f.expected, stage);
    }),
    { numRuns: 2_000 },
  );
});

test('no text makes the guard throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
      expect(guard.inspect(text, f.expected, 'before').safe).toBe(false);
    }),
  );
});
