import { expect, test, vi } from 'vitest';
import type { SignRequest, WalletOutcome } from '../client/wallet.ts';
import { decodeBase64, encodeBase64 } from '../solana/base64.ts';
import * as f from '../solana/fixtures.ts';
import { solanaGuard } from '../solana/guard.ts';
import { firstSignature, verifyOwnerSignature } from '../solana/signature.ts';
import { type KeypairWalletOptions, keypairWallet, type WalletStep } from './wallet.ts';

const request = (build: f.BuildOptions = {}, signal = new AbortController().signal): SignRequest => ({
  transaction: encodeBase64(f.build(f.honest(), build)),
  version: build.version ?? 'legacy',
  owner: f.expected.owner,
  signal,
});
const make = (step: WalletStep, broadcast?: KeypairWalletOptions['broadcast']) =>
  keypairWallet(f.owner.secretKey, { script: [step], ...(broadcast === undefined ? {} : { broadcast }) });
const judged = (outcome: WalletOutcome): string => ('error' in outcome ? `${outcome.kind} ${outcome.error.code}` : outcome.kind);
const bytesOf = (base64: string | undefined) => decodeBase64(base64 ?? '', 1_232) ?? new Uint8Array(0);
const signedBytes = (outcome: WalletOutcome) => bytesOf(outcome.kind === 'signed' ? outcome.signedTransaction : undefined);
const isSigned = (bytes: Uint8Array) => verifyOwnerSignature(bytes, f.expected.owner);

test.each(['legacy', 0] as const)('signs version %s exactly as web3.js does', async (version) => {
  const wallet = keypairWallet(f.owner.secretKey);
  expect(wallet.publicKey()).toBe(f.expected.owner);
  expect(signedBytes(await wallet.sign(request({ version })))).toEqual(f.build(f.honest(), { version, signers: [f.owner] }));
});

test('keeps the signature of a sponsor', async () => {
  const sponsored = { feePayer: f.stranger.publicKey };
  const outcome = await keypairWallet(f.owner.secretKey).sign(request({ ...sponsored, signers: [f.stranger] }));
  expect(signedBytes(outcome)).toEqual(f.build(f.honest(), { ...sponsored, signers: [f.stranger, f.owner] }));
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
  expect(judged(await make('reject_but_signed', broadcast).sign(request()))).toBe('rejected wallet_rejected');
  const submitted = await make('submit', broadcast).sign(request());
  expect(await isSigned(bytesOf(broadcast.mock.calls[0]?.[0]))).toBe(true);
  expect(submitted).toEqual({ kind: 'submitted', signature: firstSignature(bytesOf(broadcast.mock.calls[1]?.[0])) });
});

test.each(['hang', 'hang_but_signed'] as const)('W6: %s answers only to the abort', async (step) => {
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
});

test('W7: wrong_account signs with another key', async () => {
  const outcome = await make('wrong_account').sign(request());
  expect(outcome.kind).toBe('signed');
  expect(await isSigned(signedBytes(outcome))).toBe(false);
});

test.each(['legacy', 0] as const)('W7: tamper changes the meaning and signs it, version %s', async (version) => {
  const outcome = await make('tamper').sign(request({ version }));
  expect(await isSigned(signedBytes(outcome))).toBe(true);
  expect(solanaGuard().inspect(encodeBase64(signedBytes(outcome)), f.expected, 'after')).toMatchObject({
    safe: false,
    findings: [{ rule: 'burn_amount' }],
  });
});

test('never rejects', async () => {
  const wallet = keypairWallet(f.owner.secretKey, { script: ['submit'] });
  expect(judged(await wallet.sign(request()))).toBe('unknown wallet_failed');
  expect(judged(await wallet.sign({ ...request(), transaction: 'AAAA' }))).toBe('unknown wallet_failed');
  expect(judged(await wallet.sign({ ...request(), owner: f.expected.mint }))).toBe('not_prompted wrong_account');
  expect(judged(await wallet.sign(request({}, AbortSignal.abort())))).toBe('not_prompted aborted');
  expect(() => keypairWallet(new Uint8Array(32))).toThrow(expect.objectContaining({ code: 'invalid_option' }));
});
