import { TOKEN_2022_PROGRAM_ID } from '@solana/spl-token';
import { Connection, Keypair } from '@solana/web3.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LiteChain, startChain } from '../index.ts';
import {
  burn,
  landed,
  memo,
  mintNft,
  pay,
  sendLegacy,
  signatureOf,
  signed,
  sol,
} from '../test-kit.ts';

let chain: LiteChain;
let connection: Connection;
let payer: Keypair;

async function start(
  options: { confirmDepth?: number; finalizeDepth?: number } = {},
): Promise<void> {
  chain = await startChain({ runtime: 'lite', ...options });
  connection = new Connection(chain.rpcUrl, { commitment: 'confirmed', wsEndpoint: chain.wsUrl });
  payer = Keypair.generate();
  await chain.airdrop(payer.publicKey.toBase58(), BigInt(1_000 * sol));
}

beforeEach(() => start());
afterEach(() => chain.stop());

const statusOf = async (signature: string): Promise<string | null> =>
  (await connection.getSignatureStatuses([signature])).value[0]?.confirmationStatus ?? null;
const balances = async (key: Keypair): Promise<number[]> =>
  Promise.all(
    (['processed', 'confirmed', 'finalized'] as const).map((commitment) =>
      connection.getBalance(key.publicKey, commitment),
    ),
  );

describe('pause and advance', () => {
  it('takes a transaction from block to block', async () => {
    chain.controls.pause();
    const to = Keypair.generate();
    const signature = await sendLegacy(
      connection,
      [payer],
      pay(payer.publicKey, to.publicKey, sol),
    );
    expect(await statusOf(signature)).toBeNull();
    chain.controls.advance(1);
    expect(await statusOf(signature)).toBe('processed');
    expect(await balances(to)).toEqual([sol, 0, 0]);
    // Nothing about a transaction is answered below the commitment that was asked for.
    expect(
      await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 }),
    ).toBeNull();
    expect(await connection.getSignaturesForAddress(to.publicKey)).toEqual([]);
    chain.controls.advance(1);
    expect(await statusOf(signature)).toBe('confirmed');
    expect(await balances(to)).toEqual([sol, sol, 0]);
    expect(await connection.getSignaturesForAddress(to.publicKey)).toHaveLength(1);
    expect(await connection.getSignaturesForAddress(to.publicKey, {}, 'finalized')).toEqual([]);
    chain.controls.advance(30);
    expect(await statusOf(signature)).toBe('confirmed');
    chain.controls.advance(1);
    expect(await statusOf(signature)).toBe('finalized');
    expect(await balances(to)).toEqual([sol, sol, sol]);
  });

  it('stands still while paused, and goes on after resume', async () => {
    chain.controls.pause();
    const slot = await connection.getSlot('processed');
    const signature = await sendLegacy(connection, [payer], memo('later', payer.publicKey));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await connection.getSlot('processed')).toBe(slot);
    chain.controls.resume();
    await landed(connection, signature);
  });

  it('has the depths of the options', async () => {
    await chain.stop();
    await start({ confirmDepth: 3, finalizeDepth: 5 });
    chain.controls.pause();
    const signature = await sendLegacy(connection, [payer], memo('x', payer.publicKey));
    const seen: (string | null)[] = [];
    for (let block = 0; block < 6; block++) {
      chain.controls.advance(1);
      seen.push(await statusOf(signature));
    }
    expect(seen).toEqual([
      'processed',
      'processed',
      'processed',
      'confirmed',
      'confirmed',
      'finalized',
    ]);
  });

  it('gives an airdrop at every commitment while paused, and no rollback takes it', async () => {
    chain.controls.pause();
    const to = Keypair.generate();
    await sendLegacy(connection, [payer], pay(payer.publicKey, to.publicKey, sol));
    chain.controls.advance(1);
    await chain.airdrop(to.publicKey.toBase58(), BigInt(2 * sol));
    expect(await balances(to)).toEqual([3 * sol, 2 * sol, 2 * sol]);
    chain.controls.rollback(1);
    expect(await balances(to)).toEqual([2 * sol, 2 * sol, 2 * sol]);
  });
});

describe('rollback', () => {
  it('B5: a confirmed burn vanishes and the token is back', async () => {
    const nft = await mintNft(connection, payer, TOKEN_2022_PROGRAM_ID);
    await landed(connection, nft.signature, 'finalized');
    const before = await connection.getAccountInfo(nft.account, 'processed');
    const signature = await sendLegacy(
      connection,
      [payer],
      ...burn(nft, payer.publicKey, { close: true }),
      memo('m', payer.publicKey),
    );
    await landed(connection, signature);
    chain.controls.pause();
    expect(await connection.getAccountInfo(nft.account)).toBeNull();
    const slot = await connection.getSlot('processed');
    const height = await connection.getBlockHeight('processed');

    expect(chain.controls.rollback(20)).toContain(signature);

    expect(await statusOf(signature)).toBeNull();
    expect(
      (await connection.getSignatureStatuses([signature], { searchTransactionHistory: true }))
        .value,
    ).toEqual([null]);
    expect(
      await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 }),
    ).toBeNull();
    expect(
      (await connection.getSignaturesForAddress(nft.mint)).map((one) => one.signature),
    ).not.toContain(signature);
    for (const commitment of ['processed', 'confirmed', 'finalized'] as const) {
      expect(await connection.getAccountInfo(nft.account, commitment)).toEqual(before);
    }
    expect((await connection.getTokenSupply(nft.mint, 'processed')).value.amount).toBe('1');
    // The fork that won: later slots, fewer blocks.
    expect(await connection.getSlot('processed')).toBeGreaterThan(slot);
    expect(await connection.getBlockHeight('processed')).toBe(height - 19);
  });

  it('takes back an account that the lost transaction made', async () => {
    const nft = await mintNft(connection, payer, TOKEN_2022_PROGRAM_ID);
    chain.controls.rollback(25);
    expect(await connection.getAccountInfo(nft.mint, 'processed')).toBeNull();
    expect(
      (
        await connection.getTokenAccountsByOwner(
          payer.publicKey,
          { programId: TOKEN_2022_PROGRAM_ID },
          'processed',
        )
      ).value,
    ).toEqual([]);
  });

  it('K9: the same bytes may land again if their blockhash is older than the fork', async () => {
    chain.controls.pause();
    const transaction = (
      await signed(connection, [payer], memo('again', payer.publicKey))
    ).serialize();
    chain.controls.advance(3);
    const signature = await connection.sendRawTransaction(transaction);
    chain.controls.advance(2);
    expect(chain.controls.rollback(2)).toEqual([signature]);
    chain.controls.advance(5);
    // It does not come back by itself.
    expect(await statusOf(signature)).toBeNull();
    expect(await connection.sendRawTransaction(transaction)).toBe(signature);
    chain.controls.advance(2);
    expect(await statusOf(signature)).toBe('confirmed');
  });

  it('kills the blockhashes of the lost blocks', async () => {
    chain.controls.pause();
    chain.controls.advance(2);
    const { blockhash } = await connection.getLatestBlockhash('processed');
    expect((await connection.isBlockhashValid(blockhash, { commitment: 'processed' })).value).toBe(
      true,
    );
    chain.controls.rollback(1);
    expect((await connection.isBlockhashValid(blockhash, { commitment: 'processed' })).value).toBe(
      false,
    );
  });

  it('never undoes what is finalized, and finality never goes back', async () => {
    const signature = await sendLegacy(connection, [payer], memo('final', payer.publicKey));
    await landed(connection, signature, 'finalized');
    chain.controls.pause();
    const height = await connection.getBlockHeight('finalized');
    expect(() => chain.controls.rollback(33)).toThrow(
      expect.objectContaining({ code: 'invalid_option', details: { slots: 33, most: 32 } }),
    );
    expect(() => chain.controls.rollback(0)).toThrow(
      expect.objectContaining({ code: 'invalid_option' }),
    );
    chain.controls.rollback(32);
    expect(await statusOf(signature)).toBe('finalized');
    expect(await connection.getBlockHeight('finalized')).toBe(height);
    expect(() => chain.controls.rollback(2)).toThrow(
      expect.objectContaining({ code: 'invalid_option' }),
    );
  });

  it('leaves waiting transactions waiting', async () => {
    chain.controls.pause();
    chain.controls.advance(1);
    const { blockhash } = await connection.getLatestBlockhash('finalized');
    const transaction = await signed(connection, [payer], memo('waits', payer.publicKey));
    expect(transaction.recentBlockhash).not.toBe(blockhash);
    const signature = await connection.sendRawTransaction(transaction.serialize());
    chain.controls.rollback(1);
    expect(await statusOf(signature)).toBeNull();
    chain.controls.advance(1);
    expect(await statusOf(signature)).toBe('processed');
  });
});

describe('dropNext', () => {
  it('accepts and never lands, however often it is sent', async () => {
    chain.controls.dropNext(1);
    const lost = (await signed(connection, [payer], memo('lost', payer.publicKey))).serialize();
    const signature = await connection.sendRawTransaction(lost);
    await connection.sendRawTransaction(lost);
    const next = await sendLegacy(connection, [payer], memo('next', payer.publicKey));
    await landed(connection, next);
    await connection.sendRawTransaction(lost);
    chain.controls.advance(3);
    expect(await statusOf(signature)).toBeNull();
  });
});

describe('holdNext and release', () => {
  it('lands late', async () => {
    chain.controls.holdNext(1);
    const late = await signed(connection, [payer], memo('late', payer.publicKey));
    const signature = await connection.sendRawTransaction(late.serialize());
    expect(signature).toBe(signatureOf(late));
    await landed(connection, await sendLegacy(connection, [payer], memo('next', payer.publicKey)));
    await connection.sendRawTransaction(late.serialize());
    chain.controls.advance(50);
    expect(await statusOf(signature)).toBeNull();
    expect(chain.controls.release()).toEqual([signature]);
    await landed(connection, signature);
    expect(chain.controls.release()).toEqual([]);
  });

  it('does not land after its blockhash has died', async () => {
    chain.controls.pause();
    chain.controls.holdNext(1);
    const signature = await sendLegacy(connection, [payer], memo('too late', payer.publicKey));
    chain.controls.advance(151);
    chain.controls.release();
    chain.controls.advance(2);
    expect(await statusOf(signature)).toBeNull();
  });

  it('lands in the very last block of its blockhash', async () => {
    chain.controls.pause();
    chain.controls.holdNext(1);
    const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash('confirmed');
    const transaction = await signed(connection, [payer], memo('just', payer.publicKey));
    expect(transaction.recentBlockhash).toBe(blockhash);
    const signature = await connection.sendRawTransaction(transaction.serialize());
    chain.controls.advance(
      lastValidBlockHeight - 1 - (await connection.getBlockHeight('processed')),
    );
    chain.controls.release();
    chain.controls.advance(1);
    expect(await connection.getBlockHeight('processed')).toBe(lastValidBlockHeight);
    expect(await statusOf(signature)).toBe('processed');
  });
});

describe('failRpc', () => {
  it('B9: answers 503 until it ends; the chain goes on meanwhile', async () => {
    const signature = await sendLegacy(connection, [payer], memo('meanwhile', payer.publicKey));
    chain.controls.failRpc(true);
    await expect(connection.getSlot()).rejects.toThrow(/503/);
    expect((await fetch(chain.rpcUrl, { method: 'POST', body: '{}' })).status).toBe(503);
    chain.controls.advance(2);
    chain.controls.failRpc(false);
    expect(await statusOf(signature)).not.toBeNull();
  });
});

describe('lag', () => {
  it('B9: a node that is behind knows no transaction and refuses a newer context', async () => {
    chain.controls.pause();
    try {
      const before = await connection.getBalance(payer.publicKey, 'confirmed');
      const signature = await sendLegacy(connection, [payer], memo('behind', payer.publicKey));
      chain.controls.advance(40);
      const slot = await connection.getSlot('finalized');
      const after = await connection.getBalance(payer.publicKey, 'confirmed');
      expect(after).toBeLessThan(before);
      expect(await statusOf(signature)).toBe('finalized');

      chain.controls.lag(40);
      expect(await statusOf(signature)).toBeNull();
      expect(
        await connection.getTransaction(signature, {
          commitment: 'confirmed',
          maxSupportedTransactionVersion: 0,
        }),
      ).toBeNull();
      for (const commitment of ['confirmed', 'finalized'] as const)
        expect(await connection.getBalance(payer.publicKey, commitment)).toBe(before);
      expect(await connection.getSlot('finalized')).toBe(slot - 40);
      await expect(
        connection.getSlot({ commitment: 'finalized', minContextSlot: slot }),
      ).rejects.toThrow(/context slot/);

      chain.controls.lag(38);
      expect(await statusOf(signature)).toBe('confirmed');
      chain.controls.lag(0);
      expect(await connection.getBalance(payer.publicKey, 'finalized')).toBe(after);
    } finally {
      chain.controls.lag(0);
      chain.controls.resume();
    }
  });
});

describe('the arguments', () => {
  it.each([
    ['lag', () => chain.controls.lag(151)],
    ['advance', () => chain.controls.advance(-1)],
    ['advance', () => chain.controls.advance(1.5)],
    ['dropNext', () => chain.controls.dropNext(Number.NaN)],
    ['holdNext', () => chain.controls.holdNext(-1)],
  ])('of %s are checked', (_, call) => {
    expect(call).toThrow(expect.objectContaining({ code: 'invalid_option' }));
  });
});
