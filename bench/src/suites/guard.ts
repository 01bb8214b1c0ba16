import { performance } from 'node:perf_hooks';
import { gzipSync } from 'node:zlib';
import {
  burnMemo,
  decodeTransaction,
  effectsOf,
  encodeBase64,
  programs,
  solanaGuard,
} from '@aiw3/nft-upgrade/solana';
import {
  ComputeBudgetProgram,
  Keypair,
  PublicKey,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import { build } from 'esbuild';
import { atMost, median, type Suite } from '../suite.ts';

const operationId = 'upg_01J9ZC4';
const owner = Keypair.generate();
const [mint, account] = [Keypair.generate().publicKey, Keypair.generate().publicKey];
const burn = {
  operationId,
  mint: mint.toBase58(),
  owner: owner.publicKey.toBase58(),
  tokenProgram: programs.token,
};

const instruction = (
  program: string,
  keys: readonly [PublicKey, boolean, boolean][],
  data: Buffer,
) =>
  new TransactionInstruction({
    programId: new PublicKey(program),
    keys: keys.map(([pubkey, isSigner, isWritable]) => ({ pubkey, isSigner, isWritable })),
    data,
  });

/** The burn that the server builds, signed as a wallet does it. */
function signedBurn(version: 'legacy' | 0): Uint8Array {
  const message = new TransactionMessage({
    payerKey: owner.publicKey,
    recentBlockhash: Keypair.generate().publicKey.toBase58(),
    instructions: [
      ComputeBudgetProgram.setComputeUnitLimit({ units: 90_000 }),
      ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 1_000 }),
      instruction(
        programs.memo,
        [[owner.publicKey, true, false]],
        Buffer.from(burnMemo({ operationId, deployment: 'benchtag' })),
      ),
      instruction(
        programs.token,
        [
          [account, false, true],
          [mint, false, true],
          [owner.publicKey, true, false],
        ],
        Buffer.from([15, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
      ),
      instruction(
        programs.token,
        [
          [account, false, true],
          [owner.publicKey, false, true],
          [owner.publicKey, true, false],
        ],
        Buffer.from([9]),
      ),
    ],
  });
  const transaction = new VersionedTransaction(
    version === 0 ? message.compileToV0Message() : message.compileToLegacyMessage(),
  );
  transaction.sign([owner]);
  return transaction.serialize();
}

/**
 * What a page with web3.js does before it can judge anything: read the transaction, and write its
 * accounts as text.
 */
function decodeWithWeb3(base64: string): number {
  const { message } = VersionedTransaction.deserialize(Buffer.from(base64, 'base64'));
  const keys = message.staticAccountKeys.map((key) => key.toBase58());
  return message.compiledInstructions.map(({ programIdIndex, accountKeyIndexes, data }) => ({
    program: keys[programIdIndex],
    accounts: accountKeyIndexes.map((index) => keys[index]),
    data,
  })).length;
}

/**
 * Milliseconds a call: the middle of `rounds` batches, each after the other contenders had their
 * turn.
 */
function measure(
  contenders: Readonly<Record<string, () => unknown>>,
  calls = 500,
  rounds = 41,
): Record<string, number> {
  const times: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++)
    for (const [name, call] of Object.entries(contenders)) {
      const from = performance.now();
      for (let index = 0; index < calls; index++) call();
      times[name] = [...(times[name] ?? []), (performance.now() - from) / calls];
    }
  // In the first fifth the compiler is still at work.
  return Object.fromEntries(
    Object.entries(times).map(([name, list]) => [name, median(list.slice(Math.ceil(rounds / 5)))]),
  );
}

/**
 * Bytes that a page loads for it, minified and gzipped. Without `whole`, the table of error codes
 * that the client of the page has already is left out.
 */
async function weight(contents: string, whole = false): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    conditions: ['aiw3-source'],
    define: { global: 'globalThis' },
    external: ['buffer', ...(whole ? [] : ['*/errors/index.ts'])],
  });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
}

export const suite: Suite = {
  title: 'Guard: judging a burn before the prompt and after it',
  async run(print) {
    const guard = solanaGuard();
    const [legacy, version0] = [signedBurn('legacy'), signedBurn(0)];
    const [legacyText, version0Text] = [encodeBase64(legacy), encodeBase64(version0)];
    for (const text of [legacyText, version0Text])
      if (!guard.inspect(text, burn, 'after').safe)
        throw new TypeError('The guard refuses an honest burn: nothing would be measured.');
    print('Judging and reading the same transactions in turn …');
    const times = measure({
      'guard, whole verdict, legacy': () => guard.inspect(legacyText, burn, 'after'),
      'guard, whole verdict, version 0': () => guard.inspect(version0Text, burn, 'after'),
      'our decode and effects': () => {
        const decoded = decodeTransaction(legacy);
        return decoded.ok && effectsOf(decoded.transaction);
      },
      'web3.js decode alone, legacy': () => decodeWithWeb3(legacyText),
      'web3.js decode alone, version 0': () => decodeWithWeb3(version0Text),
    });
    print('Bundling …');
    const ours = await weight(`export { solanaGuard } from '@aiw3/nft-upgrade/solana'`);
    const theirs = await weight(`export { VersionedTransaction } from '@solana/web3.js'`, true);
    const peer = times['web3.js decode alone, legacy'] ?? Number.NaN;
    const slowest = Math.max(
      times['guard, whole verdict, legacy'] ?? Number.NaN,
      times['guard, whole verdict, version 0'] ?? Number.NaN,
    );
    return {
      rows: [
        ...Object.entries(times).map(([name, value]) => ({
          name,
          value,
          unit: 'ms',
          ratio: value / peer,
        })),
        { name: 'guard, gzipped', value: ours / 1024, unit: 'KB', ratio: ours / theirs },
        {
          name: 'web3.js VersionedTransaction, gzipped',
          value: theirs / 1024,
          unit: 'KB',
          ratio: 1,
        },
      ],
      goals: [
        atMost('a check', 0.1, slowest, ' ms'),
        atMost('the guard in a page, gzipped', 2.125, ours / 1024, ' KB'),
      ],
    };
  },
};
