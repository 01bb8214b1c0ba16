import { VersionedTransaction } from '@solana/web3.js';
import { expect, test, vi } from 'vitest';
import type { SignRequest, WalletOutcome } from '../client/wallet.ts';
import { decodeBase64, encodeBase64 } from '../solana/base64.ts';
import { walletChanges } from '../solana/changes.ts';
import * as f from '../solana/fixtures.ts';
import { solanaGuard } from '../solana/guard.ts';
import { firstSignature, verifyOwnerSignature } from '../solana/signature.ts';
import { type KeypairWalletOptions, keypairWallet } from './wallet.ts';
import type { WalletStep } from './wallet-steps.ts';

const request = (
  build: f.BuildOptions = {},
  signal = new AbortController().signal,
): SignRequest => ({
  transaction: encodeBase64(f.build(f.honest(), build)),
  version: build.version ?? 'legacy',
  owner: f.expected.owner,
  signal,
});
const make = (step: WalletStep, broadcast?: KeypairWalletOptions['broadcast']) =>
  keypairWallet(f.owner.secretKey, {
    script: [step],
    ...(broadcast === undefined ? {} : { broadcast }),
  });
const judged = (outcome: WalletOutcome): string =>
  'error' in outcome ? `${outcome.kind} ${outcome.error.code}` : outcome.kind;
const bytesOf = (base64: string | undefined) =>
  decodeBase64(base64 ?? '', 1_232) ?? new Uint8Array(0);
const signedBytes = (outcome: WalletOutcome) =>
  bytesOf(outcome.kind === 'signed' ? outcome.signedTransaction : undefined);
const isSigned = (bytes: Uint8Array) => verifyOwnerSignature(bytes, f.expected.owner);

test.each(['legacy', 0] as const)('signs version %s exactly as web3.js does', async (version) => {
  const wallet = keypairWallet(f.owner.secretKey);
  expect(wallet.publicKey()).toBe(f.expected.owner);
  expect(signedBytes(await wallet.sign(request({ version })))).toEqual(
    f.build(f.honest(), { version, signers: [f.owner] }),
  );
});

test('keeps the signature of a sponsor', async () => {
  const sponsored = { feePayer: f.stranger.publicKey };
  const outcome = await keypairWallet(f.owner.secretKey).sign(
    request({ ...sponsored, signers: [f.stranger] }),
  );
  expect(signedBytes(outcome)).toEqual(
    f.build(f.honest(), { ...sponsored, signers: [f.stranger, f.owner] }),
  );
});

test('W3: reject', async () => {
  const wallet = make('reject');
  expect(judged(await wallet.sign(request()))).toBe('rejected wallet_rejected');
  expect(wallet.signed).toEqual([]);
  expect(judged(await wallet.sign(request()))).toBe('signed');
  expect(wallet.prompts).toHaveLength(2);
});

test('W5: reject_but_signed, and W9: submit', async () => {
  const broadcast = vi.fn<(signedTransaction: string) => Promise<void>>(async () => undefined);
  expect(judged(await make('reject_but_signed', broadcast).sign(request()))).toBe(
    'rejected wallet_rejected',
  );
  const submitted = await make('submit', broadcast).sign(request());
  expect(await isSigned(bytesOf(broadcast.mock.calls[0]?.[0]))).toBe(true);
  expect(submitted).toEqual({
    kind: 'submitted',
    signature: firstSignature(bytesOf(broadcast.mock.calls[1]?.[0])),
  });
});

test.each(['hang', 'hang_but_signed'] as const)(
  'W6: %s answers only to the abort',
  async (step) => {
    const controller = new AbortController();
    const wallet = make(step, async () => undefined);
    let outcome: WalletOutcome | undefined;
    const pending = wallet.sign(request({}, controller.signal)).then((value) => {
      outcome = value;
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(outcome).toBeUndefined();
    controller.abort();
    await pending;
    expect(outcome && judged(outcome)).toBe('unknown aborted');
    expect(wallet.signed).toHaveLength(step === 'hang' ? 0 : 1);
  },
);

test('W7: wrong_account signs with another key', async () => {
  const outcome = await make('wrong_account').sign(request());
  expect(outcome.kind).toBe('signed');
  expect(await isSigned(signedBytes(outcome))).toBe(false);
});

test.each(['legacy', 0] as const)(
  'W7: tamper changes the meaning and signs it, version %s',
  async (version) => {
    const outcome = await make('tamper').sign(request({ version }));
    expect(await isSigned(signedBytes(outcome))).toBe(true);
    expect(
      solanaGuard().inspect(encodeBase64(signedBytes(outcome)), f.expected, 'after'),
    ).toMatchObject({
      safe: false,
      findings: [{ rule: 'burn' }],
    });
  },
);

test.each(['legacy', 0] as const)(
  'W8: guarded and changed_fee are what a guard lets pass, excessive_fee is not, version %s',
  async (version) => {
    const inspected = async (step: WalletStep) => {
      const bytes = signedBytes(await make(step).sign(request({ version })));
      expect(await isSigned(bytes)).toBe(true);
      // web3.js reads the same, so the rewritten bytes are a transaction.
      expect(VersionedTransaction.deserialize(bytes).serialize()).toEqual(bytes);
      return { verdict: solanaGuard().inspect(encodeBase64(bytes), f.expected, 'after'), bytes };
    };
    const guarded = await inspected('guarded');
    expect(guarded.verdict.safe).toBe(true);
    expect(walletChanges(request({ version }).transaction, encodeBase64(guarded.bytes))).toEqual([
      { kind: 'added', what: 'assertion' },
      { kind: 'added', what: 'assertion' },
    ]);
    expect((await inspected('changed_fee')).verdict.safe).toBe(true);
    expect((await inspected('excessive_fee')).verdict).toMatchObject({
      safe: false,
      findings: [{ rule: 'priority_fee' }],
    });
    // Also where the server set no fee at all.
    const bare = {
      ...request(),
      transaction: encodeBase64(f.build([f.memo(), f.burnChecked()], { version })),
      version,
    };
    const priced = signedBytes(await make('changed_fee').sign(bare));
    expect(solanaGuard().inspect(encodeBase64(priced), f.expected, 'after')).toMatchObject({
      safe: true,
      maxFeeLamports: 25_150n,
    });
  },
);

test('W5: ghost_reject reports a rejection, and its prompt is approved later', async () => {
  const broadcast = vi.fn<(signedTransaction: string) => Promise<void>>(async () => undefined);
  const wallet = make('ghost_reject', broadcast);
  expect(judged(await wallet.sign(request()))).toBe('rejected wallet_rejected');
  expect([wallet.open, wallet.signed.length, broadcast.mock.calls.length]).toEqual([1, 0, 0]);
  await wallet.approve();
  expect([wallet.open, wallet.signed.length, broadcast.mock.calls.length]).toEqual([0, 1, 1]);
});

test('W6: hang ends with a late approval, and broadcasts after the page has gone', async () => {
  const wallet = make('hang');
  const answer = wallet.sign(request());
  await vi.waitFor(() => expect(wallet.open).toBe(1));
  await wallet.approve();
  expect(await isSigned(signedBytes(await answer))).toBe(true);

  const broadcast = vi.fn<(signedTransaction: string) => Promise<void>>(async () => undefined);
  const outlived = make('hang', broadcast);
  const page = new AbortController();
  const lost = outlived.sign(request({}, page.signal));
  page.abort();
  expect(judged(await lost)).toBe('unknown aborted');
  await outlived.approve();
  expect(broadcast).toHaveBeenCalledTimes(1);
});

test('W7: switch_account is another account from then on', async () => {
  const wallet = make('switch_account');
  expect(await isSigned(signedBytes(await wallet.sign(request())))).toBe(false);
  expect(wallet.publicKey()).not.toBe(f.expected.owner);
  expect(judged(await wallet.sign(request()))).toBe('not_prompted wrong_account');
  wallet.select('none');
  expect(judged(await wallet.sign(request()))).toBe('not_prompted wallet_not_connected');
  wallet.select('own');
  expect(judged(await wallet.sign(request()))).toBe('signed');
});

test('W9: a wallet that can only sign and send', async () => {
  const wallet = keypairWallet(f.owner.secretKey, {
    otherwise: 'submit',
    broadcast: async () => undefined,
  });
  for (let time = 0; time < 3; time++)
    expect(judged(await wallet.sign(request()))).toBe('submitted');
});

test('never rejects', async () => {
  const wallet = keypairWallet(f.owner.secretKey, { script: ['submit'] });
  expect(judged(await wallet.sign(request()))).toBe('unknown wallet_failed');
  expect(judged(await wallet.sign({ ...request(), transaction: 'AAAA' }))).toBe(
    'unknown wallet_failed',
  );
  expect(judged(await wallet.sign({ ...request(), owner: f.expected.mint }))).toBe(
    'not_prompted wrong_account',
  );
  expect(judged(await wallet.sign(request({}, AbortSignal.abort())))).toBe('not_prompted aborted');
  expect(() => keypairWallet(new Uint8Array(32))).toThrow(
    expect.objectContaining({ code: 'invalid_option' }),
  );
});
