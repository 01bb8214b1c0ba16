import {
  createAssociatedTokenAccountIdempotentInstruction,
  getAssociatedTokenAddressSync,
  TOKEN_PROGRAM_ID,
} from '@solana/spl-token';
import {
  AddressLookupTableProgram,
  ComputeBudgetProgram,
  Connection,
  Keypair,
  type Logs,
  NONCE_ACCOUNT_LENGTH,
  NonceAccount,
  SystemProgram,
  Transaction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LiteChain, startChain } from '../index.ts';
import {
  landed,
  memo,
  mintNft,
  pay,
  sendLegacy,
  sendV0,
  signatureOf,
  signed,
  sol,
  until,
} from '../test-kit.ts';

let chain: LiteChain;
let connection: Connection;
let payer: Keypair;
beforeAll(async () => {
  chain = await startChain({ runtime: 'lite' });
  connection = new Connection(chain.rpcUrl, { commitment: 'confirmed', wsEndpoint: chain.wsUrl });
  payer = Keypair.generate();
  await chain.airdrop(payer.publicKey.toBase58(), BigInt(1_000 * sol));
});
afterAll(() => chain.stop());

interface Answer {
  result?: unknown;
  error?: { code: number; message: string; data?: unknown };
}
const post = async (body: string): Promise<Answer> =>
  (
    await fetch(chain.rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
  ).json() as Promise<Answer>;
const rpc = (method: string, ...params: unknown[]): Promise<Answer> =>
  post(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

describe('errors', () => {
  const key = Keypair.generate().publicKey.toBase58();
  it.each([
    ['an unknown method', 'getNothing', [], -32_601],
    ['a method of Object', 'toString', [], -32_601],
    ['an address of the wrong size', 'getBalance', ['abc'], -32_602],
    ['an address that is no base58', 'getBalance', ['0OIl'], -32_602],
    ['an address that is no text', 'getBalance', [1], -32_602],
    ['a commitment that does not exist', 'getBalance', [key, { commitment: 'maybe' }], -32_602],
    [
      'history at processed',
      'getSignaturesForAddress',
      [key, { commitment: 'processed' }],
      -32_602,
    ],
    ['too many keys', 'getMultipleAccounts', [Array.from({ length: 101 }, () => key)], -32_602],
    ['a slot not reached', 'getSlot', [{ minContextSlot: 999_999_999_999 }], -32_016],
    ['a transaction that is none', 'sendTransaction', ['AAAA', { encoding: 'base64' }], -32_602],
    ['a transaction that is no base64', 'sendTransaction', ['!', { encoding: 'base64' }], -32_602],
    [
      'a transaction that is too large',
      'sendTransaction',
      [base64(new Uint8Array(1_233)), { encoding: 'base64' }],
      -32_602,
    ],
    [
      'a program account as base58',
      'getAccountInfo',
      ['MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr'],
      -32_600,
    ],
  ])('%s', async (_, method, params, code) => {
    expect((await rpc(method, ...params)).error?.code).toBe(code);
  });

  it('of JSON-RPC itself', async () => {
    expect((await post('{')).error?.code).toBe(-32_700);
    expect((await post('[]')).error?.code).toBe(-32_600);
    expect((await post('{"id":1,"method":"getSlot"}')).error?.code).toBe(-32_600);
  });

  it('of HTTP', async () => {
    expect((await fetch(chain.rpcUrl)).status).toBe(405);
    expect(await (await fetch(`${chain.rpcUrl}/health`)).text()).toBe('ok');
    expect(
      (await fetch(chain.rpcUrl, { method: 'POST', body: 'x'.repeat(1_048_577) })).status,
    ).toBe(413);
    expect(
      (await fetch(chain.rpcUrl, { method: 'OPTIONS' })).headers.get('access-control-allow-origin'),
    ).toBe('*');
  });

  it('a broken signature is -32003 in preflight, and never lands without', async () => {
    const transaction = (
      await signed(connection, [payer], memo('forged', payer.publicKey))
    ).serialize();
    transaction[10] = (transaction[10] ?? 0) ^ 1;
    const refused = await rpc('sendTransaction', base64(transaction), { encoding: 'base64' });
    expect(refused.error).toMatchObject({
      code: -32_003,
      message: 'Transaction signature verification failure',
    });
    const { result } = await rpc('sendTransaction', base64(transaction), {
      encoding: 'base64',
      skipPreflight: true,
    });
    chain.controls.advance(2);
    expect(await rpc('getSignatureStatuses', [result])).toMatchObject({
      result: { value: [null] },
    });
  });

  it('a failed preflight is -32002 with logs and error', async () => {
    const transaction = await signed(
      connection,
      [payer],
      pay(payer.publicKey, Keypair.generate().publicKey, 5_000_000 * sol),
    );
    expect(
      (await rpc('sendTransaction', base64(transaction.serialize()), { encoding: 'base64' })).error,
    ).toMatchObject({
      code: -32_002,
      message:
        'Transaction simulation failed: Error processing Instruction 0: custom program error: 0x1',
      data: {
        err: { InstructionError: [0, { Custom: 1 }] },
        logs: expect.arrayContaining([expect.stringMatching(/insufficient lamports/)]),
      },
    });
  });

  it('a payer without SOL is told as on a real node', async () => {
    const poor = Keypair.generate();
    await expect(sendLegacy(connection, [poor], memo('poor', poor.publicKey))).rejects.toThrow(
      'found no record of a prior credit',
    );
  });

  it('survives bytes that LiteSVM aborts on', async () => {
    const valid = (
      await signed(
        connection,
        [payer],
        pay(payer.publicKey, Keypair.generate().publicKey, 1),
        memo('bytes', payer.publicKey),
      )
    ).serialize();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(valid.length - 1),
        fc.nat(255),
        fc.nat(valid.length),
        fc.boolean(),
        async (at, value, length, cut) => {
          const bytes = Uint8Array.from(cut ? valid.subarray(0, length) : valid);
          if (at < bytes.length) bytes[at] = value;
          for (const method of ['simulateTransaction', 'sendTransaction']) {
            const answer = await rpc(method, base64(bytes), {
              encoding: 'base64',
              skipPreflight: true,
            });
            expect(answer.result !== undefined || answer.error !== undefined).toBe(true);
          }
        },
      ),
      { numRuns: 150 },
    );
    chain.controls.advance(2);
    expect((await rpc('getHealth')).result).toBe('ok');
  });
});

describe('transactions', () => {
  it('a version 0 transaction needs maxSupportedTransactionVersion', async () => {
    const signature = await sendV0(connection, payer, memo('v0', payer.publicKey));
    await landed(connection, signature);
    expect(
      (await rpc('getTransaction', signature, { commitment: 'confirmed' })).error,
    ).toMatchObject({
      code: -32_015,
      message: expect.stringContaining(
        'Transaction version (0) is not supported by the requesting client',
      ),
    });
    expect(
      await rpc('getTransaction', signature, {
        commitment: 'confirmed',
        maxSupportedTransactionVersion: 0,
      }),
    ).toMatchObject({
      result: { version: 0 },
    });
    const legacy = await sendLegacy(connection, [payer], memo('legacy', payer.publicKey));
    await landed(connection, legacy);
    const { result } = await rpc('getTransaction', legacy, { commitment: 'confirmed' });
    expect(result).toMatchObject({ meta: { err: null, fee: 5_000 } });
    expect(result).not.toHaveProperty('version');
  });

  it('come as bytes, parsed, and in batches', async () => {
    const transaction = await signed(connection, [payer], memo('three forms', payer.publicKey));
    const signature = await connection.sendRawTransaction(transaction.serialize());
    await landed(connection, signature);
    const { result } = await rpc('getTransaction', signature, {
      commitment: 'confirmed',
      encoding: 'base64',
    });
    expect(result).toMatchObject({ transaction: [base64(transaction.serialize()), 'base64'] });
    const parsed = await connection.getParsedTransaction(signature, {
      maxSupportedTransactionVersion: 0,
    });
    expect(parsed?.transaction.message.instructions).toMatchObject([
      { program: 'spl-memo', parsed: 'three forms' },
    ]);
    expect(parsed?.transaction.message.accountKeys[0]).toMatchObject({
      signer: true,
      writable: true,
      source: 'transaction',
    });
    const batch = await connection.getTransactions([signature, signature], {
      maxSupportedTransactionVersion: 0,
    });
    expect(batch.map((one) => one?.transaction.signatures[0])).toEqual([signature, signature]);
  });

  it('show their inner instructions', async () => {
    const nft = await mintNft(connection, payer, TOKEN_PROGRAM_ID);
    const other = Keypair.generate().publicKey;
    const account = getAssociatedTokenAddressSync(nft.mint, other);
    const signature = await sendLegacy(
      connection,
      [payer],
      createAssociatedTokenAccountIdempotentInstruction(payer.publicKey, account, other, nft.mint),
    );
    await landed(connection, signature);
    const found = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
    const [inner] = found?.meta?.innerInstructions ?? [];
    expect(inner?.index).toBe(0);
    const keys = found?.transaction.message.staticAccountKeys ?? [];
    expect(
      inner?.instructions.map(({ programIdIndex }) => keys[programIdIndex]?.toBase58()),
    ).toContain(TOKEN_PROGRAM_ID.toBase58());
  });

  it('cost what getFeeForMessage says', async () => {
    for (const extra of [
      [],
      [ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 12_345 })],
      [
        ComputeBudgetProgram.setComputeUnitLimit({ units: 50_001 }),
        ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 777 }),
      ],
    ]) {
      const transaction = await signed(
        connection,
        [payer],
        ...extra,
        pay(payer.publicKey, payer.publicKey, 1),
        memo('fee', payer.publicKey),
      );
      const { value } = await connection.getFeeForMessage(transaction.compileMessage());
      const signature = await connection.sendRawTransaction(transaction.serialize());
      await landed(connection, signature);
      expect(
        (await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 }))?.meta
          ?.fee,
      ).toBe(value);
    }
  });

  it('resolve lookup tables', async () => {
    const to = Keypair.generate().publicKey;
    const [create, table] = AddressLookupTableProgram.createLookupTable({
      authority: payer.publicKey,
      payer: payer.publicKey,
      recentSlot: await connection.getSlot('finalized'),
    });
    const extend = AddressLookupTableProgram.extendLookupTable({
      payer: payer.publicKey,
      authority: payer.publicKey,
      lookupTable: table,
      addresses: [to, SystemProgram.programId],
    });
    await landed(connection, await sendLegacy(connection, [payer], create, extend));
    const account =
      (await connection.getAddressLookupTable(table)).value ?? expect.fail('no table');
    const { blockhash } = await connection.getLatestBlockhash();
    const message = new TransactionMessage({
      payerKey: payer.publicKey,
      recentBlockhash: blockhash,
      instructions: [pay(payer.publicKey, to, sol)],
    });
    const transaction = new VersionedTransaction(message.compileToV0Message([account]));
    transaction.sign([payer]);
    const signature = await connection.sendTransaction(transaction);
    await landed(connection, signature);
    const found = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
    expect(found?.meta?.loadedAddresses?.writable.map(String)).toEqual([to.toBase58()]);
    expect(found?.meta?.postBalances).toHaveLength(3);
    expect(found?.meta?.postBalances[found.transaction.message.staticAccountKeys.length]).toBe(sol);
    expect(found?.transaction.message.addressTableLookups).toMatchObject([
      { writableIndexes: [0], readonlyIndexes: [] },
    ]);
    // Found by an address that only the table names.
    expect((await connection.getSignaturesForAddress(to)).map((one) => one.signature)).toEqual([
      signature,
    ]);
    const parsed = await connection.getParsedTransaction(signature, {
      maxSupportedTransactionVersion: 0,
    });
    expect(
      parsed?.transaction.message.accountKeys.find(({ pubkey }) => pubkey.equals(to)),
    ).toMatchObject({
      writable: true,
      source: 'lookupTable',
    });
  });

  it('with a durable nonce land long after, and once', async () => {
    const nonce = Keypair.generate();
    await landed(
      connection,
      await sendLegacy(
        connection,
        [payer, nonce],
        SystemProgram.createAccount({
          fromPubkey: payer.publicKey,
          newAccountPubkey: nonce.publicKey,
          lamports: await connection.getMinimumBalanceForRentExemption(NONCE_ACCOUNT_LENGTH),
          space: NONCE_ACCOUNT_LENGTH,
          programId: SystemProgram.programId,
        }),
        SystemProgram.nonceInitialize({
          noncePubkey: nonce.publicKey,
          authorizedPubkey: payer.publicKey,
        }),
      ),
    );
    const info = (await connection.getAccountInfo(nonce.publicKey)) ?? expect.fail('no nonce');
    const sign = (text: string): Transaction => {
      const transaction = new Transaction({
        feePayer: payer.publicKey,
        nonceInfo: {
          nonce: NonceAccount.fromAccountData(info.data).nonce,
          nonceInstruction: SystemProgram.nonceAdvance({
            noncePubkey: nonce.publicKey,
            authorizedPubkey: payer.publicKey,
          }),
        },
        minContextSlot: 0,
      }).add(memo(text, payer.publicKey));
      transaction.sign(payer);
      return transaction;
    };
    const [first, second] = [sign('first'), sign('second')];
    chain.controls.advance(400);
    const signature = await connection.sendRawTransaction(first.serialize());
    await landed(connection, signature);
    await expect(connection.sendRawTransaction(second.serialize())).rejects.toThrow(
      'Blockhash not found',
    );
    await connection.sendRawTransaction(second.serialize(), { skipPreflight: true });
    chain.controls.advance(2);
    expect((await connection.getSignatureStatuses([signatureOf(second)])).value).toEqual([null]);
  });

  it('are forgotten by getSignatureStatuses without searchTransactionHistory', async () => {
    const signature = await sendLegacy(connection, [payer], memo('old', payer.publicKey));
    await landed(connection, signature);
    chain.controls.advance(200);
    expect((await connection.getSignatureStatuses([signature])).value).toEqual([null]);
    expect(
      (await connection.getSignatureStatuses([signature], { searchTransactionHistory: true }))
        .value,
    ).toMatchObject([{ confirmationStatus: 'finalized', confirmations: null }]);
  });

  it('two equal airdrops in one slot both arrive', async () => {
    const { publicKey } = Keypair.generate();
    const signatures = await Promise.all([
      connection.requestAirdrop(publicKey, sol),
      connection.requestAirdrop(publicKey, sol),
    ]);
    await Promise.all(signatures.map((signature) => landed(connection, signature)));
    expect(await connection.getBalance(publicKey)).toBe(2 * sol);
  });
});

describe('simulation', () => {
  it('shows the accounts it would leave, and takes any blockhash on request', async () => {
    const to = Keypair.generate().publicKey;
    const message = new TransactionMessage({
      payerKey: payer.publicKey,
      recentBlockhash: Keypair.generate().publicKey.toBase58(),
      instructions: [pay(payer.publicKey, to, sol)],
    }).compileToV0Message();
    const transaction = new VersionedTransaction(message);
    expect((await connection.simulateTransaction(transaction)).value.err).toBe('BlockhashNotFound');
    const { value } = await connection.simulateTransaction(transaction, {
      replaceRecentBlockhash: true,
      accounts: { encoding: 'base64', addresses: [to.toBase58()] },
    });
    expect(value.err).toBeNull();
    expect(value.accounts).toMatchObject([{ lamports: sol }]);
    expect(value.unitsConsumed).toBe(150);
  });

  it('checks signatures only on request', async () => {
    const { blockhash } = await connection.getLatestBlockhash();
    const message = new TransactionMessage({
      payerKey: payer.publicKey,
      recentBlockhash: blockhash,
      instructions: [memo('s', payer.publicKey)],
    });
    const transaction = new VersionedTransaction(message.compileToV0Message());
    expect((await connection.simulateTransaction(transaction)).value.err).toBeNull();
    expect((await connection.simulateTransaction(transaction, { sigVerify: true })).value.err).toBe(
      'SignatureFailure',
    );
    // The check is on again for what is really sent, also behind a simulation without it.
    await expect(connection.sendRawTransaction(transaction.serialize())).rejects.toThrow(
      'signature verification',
    );
    chain.controls.pause();
    const forged = await connection.sendRawTransaction(transaction.serialize(), {
      skipPreflight: true,
    });
    expect((await connection.simulateTransaction(transaction)).value.err).toBeNull();
    chain.controls.advance(1);
    chain.controls.resume();
    expect((await connection.getSignatureStatuses([forged])).value).toEqual([null]);
  });
});

describe('accounts', () => {
  it('come in slices, filtered by program', async () => {
    const nft = await mintNft(connection, payer, TOKEN_PROGRAM_ID);
    const info = await connection.getAccountInfo(nft.mint, {
      dataSlice: { offset: 36, length: 8 },
    });
    expect(info?.data.readBigUInt64LE()).toBe(1n);
    const found = await connection.getProgramAccounts(TOKEN_PROGRAM_ID, {
      filters: [{ dataSize: 165 }, { memcmp: { offset: 0, bytes: nft.mint.toBase58() } }],
    });
    expect(found.map(({ pubkey }) => pubkey.toBase58())).toEqual([nft.account.toBase58()]);
    const parsed = await connection.getParsedAccountInfo(nft.mint);
    expect(parsed.value?.data).toMatchObject({
      program: 'spl-token',
      parsed: { type: 'mint', info: { supply: '1', mintAuthority: null, decimals: 0 } },
    });
    expect(
      (await connection.getMultipleAccountsInfo([nft.mint, Keypair.generate().publicKey]))[1],
    ).toBeNull();
  });
});

describe('subscriptions', () => {
  it('tell accounts, logs, slots and roots', async () => {
    const to = Keypair.generate().publicKey;
    const accounts: number[] = [];
    const logs: Logs[] = [];
    const slots: number[] = [];
    const roots: number[] = [];
    const ids = [
      connection.onAccountChange(to, ({ lamports }) => accounts.push(lamports), {
        commitment: 'confirmed',
      }),
      connection.onLogs(to, (one) => logs.push(one), 'confirmed'),
      connection.onSlotChange(({ slot }) => slots.push(slot)),
      connection.onRootChange((slot) => roots.push(slot)),
    ] as const;
    await until('slots', async () => slots.length > 0 && roots.length > 0);
    const signature = await sendLegacy(connection, [payer], pay(payer.publicKey, to, sol));
    await until('notifications', async () => accounts.length > 0 && logs.length > 0);
    expect(accounts).toEqual([sol]);
    expect(logs.map((one) => one.signature)).toEqual([signature]);
    expect(roots[0]).toBeLessThan(slots[0] ?? 0);
    await Promise.all([
      connection.removeAccountChangeListener(ids[0]),
      connection.removeOnLogsListener(ids[1]),
      connection.removeSlotChangeListener(ids[2]),
      connection.removeRootChangeListener(ids[3]),
    ]);
  });

  it('let confirmTransaction of web3.js work', async () => {
    const transaction = await signed(connection, [payer], memo('confirm', payer.publicKey));
    const { recentBlockhash: blockhash, lastValidBlockHeight } = transaction;
    if (blockhash === undefined || lastValidBlockHeight === undefined)
      return expect.fail('no blockhash');
    const signature = await connection.sendRawTransaction(transaction.serialize());
    expect(
      (
        await connection.confirmTransaction(
          { signature, blockhash, lastValidBlockHeight },
          'confirmed',
        )
      ).value.err,
    ).toBeNull();
  });
});

describe('the rest of what a client asks', () => {
  it('is answered', async () => {
    expect((await connection.getVersion())['solana-core']).toMatch(/^\d/);
    const { absoluteSlot, epoch, slotIndex, slotsInEpoch } =
      await connection.getEpochInfo('processed');
    expect(epoch * slotsInEpoch + slotIndex).toBe(absoluteSlot);
    expect(await connection.getMinimumBalanceForRentExemption(0)).toBe(890_880);
    expect(await connection.getBlockTime(await connection.getSlot('finalized'))).toBeGreaterThan(
      1_700_000_000,
    );
    expect(await connection.getRecentPrioritizationFees()).not.toEqual([]);
    // Blocks are fewer than slots.
    expect(await connection.getBlockHeight()).toBeLessThan(await connection.getSlot());
  });

  it('names every chain differently', async () => {
    const other = await startChain({ runtime: 'lite' });
    expect(await new Connection(other.rpcUrl).getGenesisHash()).not.toBe(
      await connection.getGenesisHash(),
    );
    await other.stop();
  });
});
