import type { TransactionInstruction } from '@solana/web3.js';
import { expect, test } from 'vitest';
import { foldAll } from '../machine/reduce.ts';
import { upgrade } from '../processes/index.ts';
import {
  build,
  burnChecked,
  close,
  expected,
  honest,
  memo,
  otherMint,
  owner,
  stranger,
} from '../solana/fixtures.ts';
import {
  decodeBase64,
  encodeBase58,
  encodeBase64,
  firstSignature,
  formerBurnMemo,
  solanaGuard,
} from '../solana/index.ts';
import { addresses, record } from '../stream/fixtures/recordings.ts';
import { startOver } from '../stream/fixtures/run.ts';
import { createScriptedServer } from '../stream/fixtures/scripted-server.ts';
import { type KeypairWalletOptions, keypairWallet } from '../testing/wallet.ts';
import { walletSigning } from './sign.ts';

// The real guard, a wallet with a real key, and transactions made with web3.js.

async function waitingWith(
  instructions: TransactionInstruction[],
  script: KeypairWalletOptions['script'] = [],
  { signer = owner, version = upgrade.version }: { signer?: typeof owner; version?: number } = {},
) {
  const burnTransaction = {
    transaction: encodeBase64(build(instructions)),
    version: 'legacy',
    mint: expected.mint,
    owner: expected.owner,
    tokenProgram: expected.tokenProgram,
    attempt: 1,
    lastValidBlockHeight: 1_000,
  };
  const log = record(upgrade, expected.operationId, [
    ['initializing', { version, input: {} }],
    [
      'qualification_verified',
      {
        currentNFT: { mintAddress: expected.mint, tierId: 'a', tierName: 'A' },
        targetTier: { tierId: 'b', tierName: 'B' },
      },
    ],
    [
      'awaiting_burn',
      { burnTransaction, instructions: 'Sign.', deadline: '2026-11-23T10:05:00.000Z' },
    ],
  ]);
  const result = {
    success: true,
    message: 'ok',
    burnTxSignature: addresses.signature,
    operation: foldAll(upgrade, log),
  };
  const server = createScriptedServer({
    process: upgrade,
    log,
    commands: { 'confirm-burn': () => ({ json: result }) },
  });
  const wallet = keypairWallet(signer.secretKey, { script });
  const { operation } = startOver(upgrade, server, undefined, {
    signing: walletSigning({ wallet, guard: solanaGuard() }),
  });
  await operation.started;
  while (!operation.getSnapshot().operation) await new Promise((resolve) => setImmediate(resolve));
  return { operation, server, wallet };
}

test('an honest burn is signed by the owner and handed over', async () => {
  const { operation, server, wallet } = await waitingWith(honest());
  await operation.sign();
  expect(wallet.prompts).toHaveLength(1);
  const body = server.requests.at(-1)?.body;
  expect(body).toEqual({ signedTransaction: wallet.signed[0] });
  const signature = firstSignature(decodeBase64(wallet.signed[0] ?? '', 1_232) ?? new Uint8Array());
  expect(signature).not.toBe(encodeBase58(new Uint8Array(64)));
  expect(operation.getSnapshot().wallet.state).toBe('submitted');
  operation.detach();
});

test('W1 a second burn in it never reaches the wallet', async () => {
  const { operation, wallet } = await waitingWith([...honest(), burnChecked({ mint: otherMint })]);
  await expect(operation.sign()).rejects.toMatchObject({
    code: 'unsafe_transaction',
    operationId: expected.operationId,
    asset: 'safe',
  });
  expect(wallet.prompts).toHaveLength(0);
  expect(operation.getSnapshot().wallet.error?.details.findings).not.toHaveLength(0);
  operation.detach();
});

test('W7 a changed transaction stops before the server, an account before the prompt', async () => {
  const tampered = await waitingWith(honest(), ['tamper']);
  await expect(tampered.operation.sign()).rejects.toMatchObject({ code: 'modified_beyond_policy' });
  expect(tampered.server.requests.filter((request) => request.method === 'PATCH')).toHaveLength(0);
  tampered.operation.detach();
  const other = await waitingWith(honest(), [], { signer: stranger });
  await expect(other.operation.sign()).rejects.toMatchObject({ code: 'wrong_account' });
  expect(other.wallet.prompts).toHaveLength(0);
  other.operation.detach();
});

test('an operation of the former version is signed with its memo, and with no other', async () => {
  const version = upgrade.formerVersion ?? expect.fail('there is none');
  const former = [memo(formerBurnMemo(expected.operationId)), burnChecked(), close()];
  const begun = await waitingWith(former, [], { version });
  await begun.operation.sign();
  expect(begun.wallet.prompts).toHaveLength(1);
  begun.operation.detach();
  for (const [instructions, at] of [
    [honest(), version],
    [former, upgrade.version],
  ] as const) {
    const mixed = await waitingWith(instructions, [], { version: at });
    await expect(mixed.operation.sign()).rejects.toMatchObject({ code: 'unsafe_transaction' });
    expect(mixed.wallet.prompts).toHaveLength(0);
    mixed.operation.detach();
  }
});

test('W3 declined: signing again works', async () => {
  const { operation, wallet } = await waitingWith(honest(), ['reject', 'sign']);
  await expect(operation.sign()).rejects.toMatchObject({ code: 'wallet_rejected', asset: 'safe' });
  await operation.sign();
  expect(wallet.prompts).toHaveLength(2);
  operation.detach();
});
