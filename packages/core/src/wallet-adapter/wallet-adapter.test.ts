import { WalletSignTransactionError } from '@solana/wallet-adapter-base';
import { Connection, Transaction, VersionedTransaction } from '@solana/web3.js';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { SignRequest, WalletOutcome } from '../client/wallet.ts';
import { encodeBase58 } from '../solana/base58.ts';
import { decodeBase64, encodeBase64 } from '../solana/base64.ts';
import * as f from '../solana/fixtures.ts';
import { solanaGuard } from '../solana/guard.ts';
import { verifyOwnerSignature } from '../solana/signature.ts';
import { type AnyTransaction, put, SendOnlyAdapter, TestAdapter } from './fixtures.ts';
import { walletAdapter } from './wallet-adapter.ts';

const request = (
  version: 'legacy' | 0 = 'legacy',
  over: Partial<SignRequest> = {},
): SignRequest => ({
  transaction: encodeBase64(f.build(f.honest(), { version })),
  version,
  owner: f.expected.owner,
  signal: new AbortController().signal,
  ...over,
});
const judged = (outcome: WalletOutcome): string =>
  'error' in outcome ? `${outcome.kind} ${outcome.error.code}` : outcome.kind;
const signature = encodeBase58(new Uint8Array(64).fill(7));
const connection = (
  send: (bytes: Uint8Array, options?: object) => Promise<string> = async () => signature,
): Connection => {
  const real = new Connection('http://127.0.0.1:1');
  real.sendRawTransaction = (bytes, options) => send(Uint8Array.from(bytes), options);
  return real;
};
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe.each(['legacy', 0] as const)('version %s', (version) => {
  test('signs and hands the bytes back, ready for the guard and the server', async () => {
    const adapter = new TestAdapter();
    const wallet = walletAdapter(adapter);
    expect(wallet.publicKey()).toBe(f.expected.owner);
    const outcome = await wallet.sign(request(version));
    expect(judged(outcome)).toBe('signed');
    if (outcome.kind !== 'signed') return;
    expect(adapter.prompts[0]).toBeInstanceOf(version === 0 ? VersionedTransaction : Transaction);
    expect(solanaGuard().inspect(outcome.signedTransaction, f.expected, 'after').safe).toBe(true);
    const bytes = decodeBase64(outcome.signedTransaction, 1_232) ?? new Uint8Array(0);
    expect(await verifyOwnerSignature(bytes, f.expected.owner)).toBe(true);
    // The same message: nothing was re-ordered on the way through web3.js.
    expect(bytes.slice(65)).toEqual(f.build(f.honest(), { version }).slice(65));
  });

  test('W9: sends where that is preferred', async () => {
    const sent: [Uint8Array, object | undefined][] = [];
    const wallet = walletAdapter(new TestAdapter(), {
      prefer: 'send',
      connection: connection(async (...call) => {
        sent.push([call[0], call[1]]);
        return signature;
      }),
    });
    expect(await wallet.sign(request(version))).toEqual({ kind: 'submitted', signature });
    expect(sent).toHaveLength(1);
    expect(sent[0]?.[1]).toMatchObject({ preflightCommitment: 'confirmed' });
    expect(await verifyOwnerSignature(sent[0]?.[0] ?? new Uint8Array(0), f.expected.owner)).toBe(
      true,
    );
  });

  test('W7: signed by another account', async () => {
    const other = new TestAdapter(async (transaction) => {
      const bytes = new Uint8Array(64).fill(9);
      if ('version' in transaction) transaction.signatures[0] = bytes;
      else transaction.addSignature(f.owner.publicKey, Buffer.from(bytes));
      return transaction;
    });
    expect(judged(await walletAdapter(other).sign(request(version)))).toBe('unknown wrong_account');
    expect(
      judged(
        await walletAdapter(new TestAdapter(async (transaction) => transaction)).sign(
          request(version),
        ),
      ),
    ).toBe('unknown wrong_account');
  });

  test('W7: another message is handed to the guard, which refuses it', async () => {
    const bytes = f.build([f.memo(), f.burnChecked({ mint: f.otherMint })], {
      version,
      signers: [f.owner],
    });
    const adapter = new TestAdapter(async () =>
      version === 0 ? VersionedTransaction.deserialize(bytes) : Transaction.from(bytes),
    );
    const outcome = await walletAdapter(adapter).sign(request(version));
    expect(outcome).toEqual({ kind: 'signed', signedTransaction: encodeBase64(bytes) });
    expect(solanaGuard().inspect(encodeBase64(bytes), f.expected, 'after').safe).toBe(false);
  });
});

test('W8: a wallet that adds its own instructions is accepted by the guard', async () => {
  const adapter = new TestAdapter(async (transaction) => {
    if ('version' in transaction) return transaction;
    transaction.instructions.unshift(f.assertion());
    transaction.instructions.push(f.assertion(9));
    put(transaction, f.owner);
    return transaction;
  });
  const outcome = await walletAdapter(adapter).sign(request());
  expect(
    outcome.kind === 'signed' &&
      solanaGuard().inspect(outcome.signedTransaction, f.expected, 'after').safe,
  ).toBe(true);
});

test('W9: a wallet that can only send', async () => {
  expect(
    await walletAdapter(new SendOnlyAdapter(), { connection: connection() }).sign(request()),
  ).toEqual({
    kind: 'submitted',
    signature,
  });
  expect(judged(await walletAdapter(new SendOnlyAdapter()).sign(request()))).toBe(
    'not_prompted wallet_unsupported',
  );
  const strange = connection(async () => 'done');
  expect(
    judged(await walletAdapter(new SendOnlyAdapter(), { connection: strange }).sign(request())),
  ).toBe('unknown wallet_failed');
});

describe('nothing is shown', () => {
  const quiet = async (adapter: TestAdapter, asked: SignRequest): Promise<string> => {
    const outcome = judged(await walletAdapter(adapter).sign(asked));
    expect(adapter.prompts).toHaveLength(0);
    return outcome;
  };
  test('W4: no wallet is connected', async () => {
    const adapter = new TestAdapter();
    adapter.publicKey = null;
    expect(walletAdapter(adapter).publicKey()).toBeNull();
    expect(await quiet(adapter, request())).toBe('not_prompted wallet_not_connected');
  });
  test('W7: another account is connected', async () => {
    const adapter = new TestAdapter();
    adapter.publicKey = f.stranger.publicKey;
    expect(await quiet(adapter, request())).toBe('not_prompted wrong_account');
  });
  test('W10: the wallet knows legacy transactions only', async () => {
    const adapter = new TestAdapter();
    adapter.supportedTransactionVersions = null;
    expect(await quiet(adapter, request(0))).toBe('not_prompted wallet_unsupported');
    expect(judged(await walletAdapter(adapter).sign(request()))).toBe('signed');
  });
  test('the request was aborted before', async () =>
    expect(await quiet(new TestAdapter(), request('legacy', { signal: AbortSignal.abort() }))).toBe(
      'not_prompted aborted',
    ));
  test('the bytes are not a transaction of that version', async () => {
    for (const over of [{ transaction: 'AAAA' }, { transaction: '?' }, { version: 0 as const }])
      expect(await quiet(new TestAdapter(), request('legacy', over))).toBe(
        'not_prompted unsafe_transaction',
      );
  });
  test('the adapter cannot even be asked for its account', async () => {
    const adapter = new TestAdapter();
    Object.defineProperty(adapter, 'publicKey', {
      get: () => {
        throw new TypeError('gone');
      },
    });
    expect(walletAdapter(adapter).publicKey()).toBeNull();
    expect(await quiet(adapter, request())).toBe('not_prompted wallet_failed');
  });
});

describe('never rejects', () => {
  const failing = (thrown: unknown) =>
    walletAdapter(new TestAdapter(() => Promise.reject(thrown)), { timeoutMs: 1_000 }).sign(
      request(),
    );
  test('W3: the user declines', async () =>
    expect(
      judged(
        await failing(new WalletSignTransactionError('User rejected the request.', { code: 4001 })),
      ),
    ).toBe('rejected wallet_rejected'));
  test.each([undefined, null, 0, 'x', {}, new Error('x'), Symbol('x'), Object.create(null)])(
    'an odd error: %s',
    async (thrown) => expect(judged(await failing(thrown))).toBe('unknown wallet_failed'),
  );
  test('an adapter that throws instead of rejecting', async () => {
    const adapter = new TestAdapter(() => {
      throw new TypeError('at once');
    });
    adapter.signTransaction = () => {
      throw new TypeError('at once');
    };
    expect(judged(await walletAdapter(adapter).sign(request()))).toBe('unknown wallet_failed');
  });
  test('answers that are no transaction', async () => {
    for (const answer of [undefined, null, {}, 'signed'])
      expect(
        judged(await walletAdapter(new TestAdapter(async () => answer as never)).sign(request())),
      ).toBe('unknown wallet_failed');
  });
});

describe('W6: a wallet that never answers', () => {
  const silent = () => {
    const answers = Promise.withResolvers<AnyTransaction>();
    return { adapter: new TestAdapter(() => answers.promise), answers };
  };
  test('times out to unknown, after 120 s unless told', async () => {
    vi.useFakeTimers();
    const outcome = walletAdapter(silent().adapter).sign(request());
    await vi.advanceTimersByTimeAsync(119_999);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(judged(await outcome)).toBe('unknown wallet_timeout');
    expect(vi.getTimerCount()).toBe(0);
  });
  test('and when it fails at last, nobody is disturbed', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const { adapter, answers } = silent();
    expect(judged(await walletAdapter(adapter, { timeoutMs: 1 }).sign(request()))).toBe(
      'unknown wallet_timeout',
    );
    answers.reject(new Error('late'));
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
  test('is left alone when nobody waits any more', async () => {
    vi.useFakeTimers();
    const controller = new AbortController();
    const outcome = walletAdapter(silent().adapter).sign(
      request('legacy', { signal: controller.signal }),
    );
    await vi.advanceTimersByTimeAsync(10);
    controller.abort();
    expect(judged(await outcome)).toBe('unknown aborted');
    expect(vi.getTimerCount()).toBe(0);
  });
});

test.each([
  { timeoutMs: 0 },
  { timeoutMs: Number.NaN },
  { timeoutMs: 2 ** 31 },
  { prefer: 'send' as const },
])('a wrong option is named: %j', (options) =>
  expect(() => walletAdapter(new TestAdapter(), options)).toThrow(
    expect.objectContaining({ code: 'invalid_option' }),
  ),
);
