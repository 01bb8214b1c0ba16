import { describe, expect, test } from 'vitest';
import type { SignRequest, WalletOutcome } from '../client/wallet.ts';
import { encodeBase58 } from '../solana/base58.ts';
import { encodeBase64 } from '../solana/base64.ts';
import * as f from '../solana/fixtures.ts';
import { solanaGuard } from '../solana/guard.ts';
import { firstSignature } from '../solana/signature.ts';
import { standardWallet } from './fixtures.ts';
import { walletStandard } from './wallet-standard.ts';

const sign = 'solana:signTransaction';
const send = 'solana:signAndSendTransaction';
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

describe.each(['legacy', 0] as const)('version %s', (version) => {
  test('signs and hands the bytes back, ready for the guard and the server', async () => {
    const { wallet, prompts } = standardWallet([sign, send]);
    const port = walletStandard(wallet);
    expect(port.publicKey()).toBe(f.expected.owner);
    const outcome = await port.sign(request(version));
    expect(outcome).toEqual({
      kind: 'signed',
      signedTransaction: encodeBase64(f.build(f.honest(), { version, signers: [f.owner] })),
    });
    expect(prompts).toMatchObject([
      { way: sign, chain: 'solana:mainnet', transaction: f.build(f.honest(), { version }) },
    ]);
  });

  test('W9: signs and sends where that is preferred, or all there is', async () => {
    const expected = firstSignature(f.build(f.honest(), { version, signers: [f.owner] }));
    const both = standardWallet([sign, send]);
    expect(await walletStandard(both.wallet, { prefer: 'send' }).sign(request(version))).toEqual({
      kind: 'submitted',
      signature: expected,
    });
    expect(both.prompts).toMatchObject([
      { way: send, options: { preflightCommitment: 'confirmed' } },
    ]);
    expect(judged(await walletStandard(standardWallet([send]).wallet).sign(request(version)))).toBe(
      'submitted',
    );
    expect(
      judged(
        await walletStandard(standardWallet([sign]).wallet, { prefer: 'send' }).sign(
          request(version),
        ),
      ),
    ).toBe('signed');
  });
});

test('W7: signed by another account, and another message', async () => {
  const unsigned = standardWallet([sign], ({ transaction }) => [
    { signedTransaction: transaction },
  ]);
  expect(judged(await walletStandard(unsigned.wallet).sign(request()))).toBe(
    'unknown wrong_account',
  );
  const bytes = f.build([f.memo(), f.burnChecked({ mint: f.otherMint })], { signers: [f.owner] });
  const outcome = await walletStandard(
    standardWallet([sign], () => [{ signedTransaction: bytes }]).wallet,
  ).sign(request());
  expect(outcome).toEqual({ kind: 'signed', signedTransaction: encodeBase64(bytes) });
  expect(solanaGuard().inspect(encodeBase64(bytes), f.expected, 'after').safe).toBe(false);
});

describe('nothing is shown', () => {
  const quiet = async (
    { wallet, prompts }: ReturnType<typeof standardWallet>,
    asked = request(),
    options: Parameters<typeof walletStandard>[1] = {},
  ) => {
    const outcome = judged(await walletStandard(wallet, options).sign(asked));
    expect(prompts).toHaveLength(0);
    return outcome;
  };
  test('W4: no account is shared', async () => {
    const made = standardWallet([sign]);
    made.wallet.accounts.length = 0;
    expect(walletStandard(made.wallet).publicKey()).toBeNull();
    expect(await quiet(made)).toBe('not_prompted wallet_not_connected');
  });
  test('W7: another account is selected, also when it is switched to meanwhile', async () => {
    const made = standardWallet([sign]);
    made.wallet.accounts[0] = { ...made.account, address: f.stranger.publicKey.toBase58() };
    expect(await quiet(made)).toBe('not_prompted wrong_account');
    let asked = 0;
    const switching = () =>
      asked++ < 2 ? made.account : { ...made.account, address: f.expected.mint };
    expect(await quiet(made, request(), { account: switching })).toBe('not_prompted wrong_account');
  });
  test('W1: the account is on another cluster', async () =>
    expect(await quiet(standardWallet([sign]), request(), { chain: 'solana:testnet' })).toBe(
      'not_prompted wallet_unsupported',
    ));
  test('W10: the wallet knows legacy transactions only', async () => {
    const made = standardWallet([sign]);
    Reflect.set(Object(made.wallet.features[sign]), 'supportedTransactionVersions', ['legacy']);
    expect(await quiet(made, request(0))).toBe('not_prompted wallet_unsupported');
    expect(judged(await walletStandard(made.wallet).sign(request()))).toBe('signed');
  });
  test('the wallet, or this account of it, cannot sign', async () => {
    expect(await quiet(standardWallet([]))).toBe('not_prompted wallet_unsupported');
    const watched = standardWallet([sign]);
    watched.wallet.accounts[0] = { ...watched.account, features: [] };
    expect(await quiet(watched)).toBe('not_prompted wallet_unsupported');
  });
  test('the request was aborted before, or is not a transaction of that version', async () => {
    expect(
      await quiet(standardWallet([sign]), request('legacy', { signal: AbortSignal.abort() })),
    ).toBe('not_prompted aborted');
    expect(await quiet(standardWallet([sign]), request('legacy', { version: 0 }))).toBe(
      'not_prompted unsafe_transaction',
    );
  });
});

describe('never rejects', () => {
  const answering = (answer: () => unknown, way: typeof sign | typeof send = sign) =>
    walletStandard(standardWallet([way], answer).wallet, { timeoutMs: 1_000 }).sign(request());
  const failing = (thrown: unknown) => answering(() => Promise.reject(thrown));
  const coded = (code: number) =>
    failing(
      Object.assign(new Error('x'), { name: 'WalletStandardError', context: { __code: code } }),
    ).then(judged);

  test('W3, W4: what @wallet-standard/errors names', async () => {
    expect(await coded(4001000)).toBe('rejected wallet_rejected');
    expect(await coded(3834000)).toBe('not_prompted wallet_not_installed');
    expect(await coded(3834001)).toBe('not_prompted wrong_account');
    for (const code of [6160000, 6160001, 6160002])
      expect(await coded(code)).toBe('not_prompted wallet_unsupported');
  });
  test('W3: a provider number', async () =>
    expect(
      judged(await failing(Object.assign(new Error('User rejected the request.'), { code: 4001 }))),
    ).toBe('rejected wallet_rejected'));
  test.each([
    undefined,
    null,
    'x',
    {},
    [],
    [{}],
    [{ signedTransaction: 'AAAA', signature: 'x' }],
    [{ signature: new Uint8Array(63) }],
  ])('an odd answer: %j', async (answer) => {
    expect(judged(await answering(() => answer))).toBe('unknown wallet_failed');
    expect(judged(await answering(() => answer, send))).toBe('unknown wallet_failed');
  });
  test('a feature that throws instead of rejecting', async () => {
    const made = standardWallet([sign]);
    Reflect.set(Object(made.wallet.features[sign]), 'signTransaction', () => {
      throw new TypeError('at once');
    });
    expect(judged(await walletStandard(made.wallet).sign(request()))).toBe('unknown wallet_failed');
  });
  test('W6: no answer', async () => {
    const silent = standardWallet([sign], () => new Promise(() => undefined));
    expect(judged(await walletStandard(silent.wallet, { timeoutMs: 1 }).sign(request()))).toBe(
      'unknown wallet_timeout',
    );
  });
  test('bytes from another window', async () => {
    const signature = new DataView(new ArrayBuffer(64));
    expect(judged(await answering(() => [{ signature }], send))).toBe('unknown wallet_failed');
    const clone = structuredClone(new Uint8Array(64).fill(7));
    expect(await answering(() => [{ signature: clone }], send)).toEqual({
      kind: 'submitted',
      signature: encodeBase58(clone),
    });
  });
});

test.each([{ timeoutMs: 0 }, { chain: 'mainnet' as never }, { prefer: 'both' as never }])(
  'a wrong option is named: %j',
  (options) =>
    expect(() => walletStandard(standardWallet([sign]).wallet, options)).toThrow(
      expect.objectContaining({ code: 'invalid_option' }),
    ),
);
