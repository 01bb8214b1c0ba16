import { getAccount, TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID } from '@solana/spl-token';
import { Connection, Keypair, SendTransactionError, Transaction } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalChain, startChain } from './index.ts';
import { hasSurfpool } from './surfpool.ts';
import {
  burn,
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
} from './test-kit.ts';

// Where the addon does not exist, the chain falls back to lite, and so does the suite.
const runtimes: ('surfpool' | 'lite')[] = hasSurfpool() ? ['surfpool', 'lite'] : ['lite'];

describe.each(runtimes)('the chain on %s', (runtime) => {
  let chain: LocalChain;
  let connection: Connection;
  let payer: Keypair;
  beforeAll(async () => {
    chain = await startChain({ runtime });
    connection = new Connection(chain.rpcUrl, { commitment: 'confirmed', wsEndpoint: chain.wsUrl });
    payer = Keypair.generate();
    await chain.airdrop(payer.publicKey.toBase58(), BigInt(1_000 * sol));
  });
  afterAll(() => chain.stop());

  it('says what it is', () => {
    expect(chain.kind).toBe(runtime);
    expect(chain.rpcUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(chain.wsUrl).toMatch(/^ws:\/\/127\.0\.0\.1:\d+$/);
  });

  it('has an airdrop visible when it resolves, twice the same too', async () => {
    const { publicKey } = Keypair.generate();
    await chain.airdrop(publicKey.toBase58(), BigInt(sol));
    expect(await connection.getBalance(publicKey)).toBe(sol);
    await chain.airdrop(publicKey.toBase58(), BigInt(sol));
    expect(await connection.getBalance(publicKey)).toBe(2 * sol);
  });

  it('gives an airdrop by RPC', async () => {
    const { publicKey } = Keypair.generate();
    await landed(connection, await connection.requestAirdrop(publicKey, sol));
    expect(await connection.getBalance(publicKey)).toBe(sol);
  });

  it.each([
    ['no address', 'x', 1n],
    ['nothing', Keypair.generate().publicKey.toBase58(), 0n],
    ['more than JSON carries', Keypair.generate().publicKey.toBase58(), 2n ** 60n],
  ])('refuses an airdrop of %s', async (_, address, lamports) => {
    await expect(chain.airdrop(address, lamports)).rejects.toMatchObject({
      code: 'invalid_option',
    });
  });

  it('takes a transaction through processed and confirmed to finalized', async () => {
    const { publicKey } = Keypair.generate();
    const signature = await sendLegacy(connection, [payer], pay(payer.publicKey, publicKey, sol));
    const seen = new Set<string>();
    await until('finality', async () => {
      const [status] = (await connection.getSignatureStatuses([signature])).value;
      if (status?.confirmationStatus) seen.add(status.confirmationStatus);
      // Confirmations are counted until there is nothing left to count.
      if (status)
        expect(status.confirmations === null).toBe(status.confirmationStatus === 'finalized');
      return status?.confirmationStatus === 'finalized';
    });
    // The first level may pass between two questions.
    expect([...seen].filter((level) => level !== 'processed')).toEqual(['confirmed', 'finalized']);
    expect(await connection.getBalance(publicKey)).toBe(sol);
  });

  it('answers null for a transaction it does not know', async () => {
    const signature = signatureOf(
      await signed(connection, [payer], memo('never sent', payer.publicKey)),
    );
    expect(
      (await connection.getSignatureStatuses([signature], { searchTransactionHistory: true }))
        .value,
    ).toEqual([null]);
    expect(
      await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 }),
    ).toBeNull();
  });

  it('notifies by WebSocket', async () => {
    const transaction = await signed(connection, [payer], memo('notify', payer.publicKey));
    const notified = new Promise((resolve) =>
      connection.onSignature(signatureOf(transaction), resolve, 'finalized'),
    );
    await connection.sendRawTransaction(transaction.serialize());
    expect(await notified).toEqual({ err: null });
  });

  it('simulates without a signature, and says why it would fail', async () => {
    const poor = Keypair.generate();
    const transaction = new Transaction({ feePayer: payer.publicKey }).add(
      pay(payer.publicKey, poor.publicKey, 5_000_000 * sol),
    );
    const { value } = await connection.simulateTransaction(transaction);
    expect(value.err).toEqual({ InstructionError: [0, { Custom: 1 }] });
    expect(value.logs?.join('\n')).toMatch(/insufficient lamports/);
    const fine = await connection.simulateTransaction(
      new Transaction({ feePayer: payer.publicKey }).add(pay(payer.publicKey, poor.publicKey, sol)),
    );
    expect(fine.value.err).toBeNull();
    expect(await connection.getBalance(poor.publicKey)).toBe(0);
  });

  it('refuses in preflight what would fail, with the logs', async () => {
    const sending = sendLegacy(
      connection,
      [payer],
      pay(payer.publicKey, Keypair.generate().publicKey, 5_000_000 * sol),
    );
    const error = await sending.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SendTransactionError);
    expect(error instanceof SendTransactionError && error.message).toMatch(
      /custom program error: 0x1/,
    );
    expect(error instanceof SendTransactionError && error.logs?.length).toBeGreaterThan(0);
  });

  it('B4: lands a failing transaction that skipped preflight, with error and fee', async () => {
    const transaction = await signed(
      connection,
      [payer],
      pay(payer.publicKey, Keypair.generate().publicKey, 5_000_000 * sol),
    );
    const signature = await connection.sendRawTransaction(transaction.serialize(), {
      skipPreflight: true,
    });
    const status = await landed(connection, signature);
    expect(status.err).toEqual({ InstructionError: [0, { Custom: 1 }] });
    const { meta } =
      (await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 })) ??
      expect.fail('not found');
    expect(meta?.err).toEqual({ InstructionError: [0, { Custom: 1 }] });
    expect((meta?.preBalances[0] ?? 0) - (meta?.postBalances[0] ?? 0)).toBe(5_000);
  });

  it('lands the same bytes once', async () => {
    const { publicKey } = Keypair.generate();
    const transaction = (
      await signed(connection, [payer], pay(payer.publicKey, publicKey, sol))
    ).serialize();
    const signature = await connection.sendRawTransaction(transaction);
    await landed(connection, signature);
    const again = await connection
      .sendRawTransaction(transaction)
      .catch((thrown: unknown) => String(thrown));
    expect(again).toMatch(/already been processed|AlreadyProcessed/i);
    // Past preflight too: a client that waits for a transaction sends it again and again.
    await connection
      .sendRawTransaction(transaction, { skipPreflight: true })
      .catch(() => undefined);
    await landed(connection, signature, 'finalized');
    expect(await connection.getBalance(publicKey)).toBe(sol);
  });

  it('B3: a blockhash dies after 150 blocks', async () => {
    const { publicKey } = Keypair.generate();
    const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash('confirmed');
    const transaction = new Transaction({
      feePayer: payer.publicKey,
      blockhash,
      lastValidBlockHeight,
    }).add(pay(payer.publicKey, publicKey, sol));
    transaction.sign(payer);
    expect((await connection.isBlockhashValid(blockhash, { commitment: 'confirmed' })).value).toBe(
      true,
    );
    const height = await connection.getBlockHeight('processed');
    expect(lastValidBlockHeight - height).toBeGreaterThan(100);
    expect(lastValidBlockHeight - height).toBeLessThanOrEqual(152);
    await until(
      'expiry',
      async () => (await connection.getBlockHeight('confirmed')) > lastValidBlockHeight + 1,
    );
    expect((await connection.isBlockhashValid(blockhash, { commitment: 'confirmed' })).value).toBe(
      false,
    );
    await expect(connection.sendRawTransaction(transaction.serialize())).rejects.toThrow(
      /Blockhash not found|BlockhashNotFound/,
    );
    expect(await connection.getBalance(publicKey)).toBe(0);
  });

  describe.each([
    ['SPL Token', TOKEN_PROGRAM_ID],
    ['Token-2022', TOKEN_2022_PROGRAM_ID],
  ])('an NFT of %s', (_, program) => {
    it('shows mint and burn in the raw token balances', async () => {
      const nft = await mintNft(connection, payer, program);
      expect((await getAccount(connection, nft.account, 'confirmed', program)).amount).toBe(1n);
      const minted =
        (await connection.getTransaction(nft.signature, { maxSupportedTransactionVersion: 0 })) ??
        expect.fail('not found');
      expect(minted.meta?.preTokenBalances).toEqual([]);
      const balance = {
        mint: nft.mint.toBase58(),
        owner: payer.publicKey.toBase58(),
        programId: program.toBase58(),
      };
      expect(minted.meta?.postTokenBalances).toMatchObject([
        { ...balance, uiTokenAmount: { amount: '1', decimals: 0, uiAmountString: '1' } },
      ]);

      const signature = await sendLegacy(
        connection,
        [payer],
        ...burn(nft, payer.publicKey, { close: false }),
        memo('nft-upgrade:1:abc', payer.publicKey),
      );
      await landed(connection, signature);
      const burned =
        (await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 })) ??
        expect.fail('not found');
      const keys = burned.transaction.message.staticAccountKeys;
      const accountIndex = keys.findIndex((key) => key.equals(nft.account));
      expect(burned.meta?.preTokenBalances).toMatchObject([
        { ...balance, accountIndex, uiTokenAmount: { amount: '1', decimals: 0 } },
      ]);
      expect(burned.meta?.postTokenBalances).toMatchObject([
        { ...balance, accountIndex, uiTokenAmount: { amount: '0', decimals: 0 } },
      ]);
      expect((await connection.getTokenSupply(nft.mint)).value.amount).toBe('0');

      // The burn as it is found when the client never reported it.
      const [newest, oldest] = await connection.getSignaturesForAddress(nft.mint, {}, 'confirmed');
      expect(newest).toMatchObject({ signature, memo: '[17] nft-upgrade:1:abc', err: null });
      expect(oldest?.signature).toBe(nft.signature);
      expect(Math.abs((newest?.blockTime ?? 0) - Date.now() / 1000)).toBeLessThan(60);
    });

    it('has no account after a burn that closes it', async () => {
      const nft = await mintNft(connection, payer, program);
      const signature = await sendLegacy(
        connection,
        [payer],
        ...burn(nft, payer.publicKey, { close: true }),
      );
      await landed(connection, signature);
      const { meta, transaction } =
        (await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 })) ??
        expect.fail('not found');
      const index = transaction.message.staticAccountKeys.findIndex((key) =>
        key.equals(nft.account),
      );
      expect(meta?.preTokenBalances).toMatchObject([
        { accountIndex: index, uiTokenAmount: { amount: '1' } },
      ]);
      expect(meta?.postBalances[index]).toBe(0);
      // Surfpool 1.5 still lists the closed account, with amount 1; a real node does not.
      if (runtime === 'lite') expect(meta?.postTokenBalances).toEqual([]);
      expect(await connection.getAccountInfo(nft.account)).toBeNull();
    });

    it('B6: burns once, when two burns are both signed', async () => {
      const nft = await mintNft(connection, payer, program);
      const one = await signed(
        connection,
        [payer],
        ...burn(nft, payer.publicKey, { close: false }),
        memo('1', payer.publicKey),
      );
      const two = await signed(
        connection,
        [payer],
        ...burn(nft, payer.publicKey, { close: false }),
        memo('2', payer.publicKey),
      );
      const signatures = await Promise.all(
        [one, two].map((each) =>
          connection.sendRawTransaction(each.serialize(), { skipPreflight: true }),
        ),
      );
      const statuses = await Promise.all(signatures.map((each) => landed(connection, each)));
      expect(statuses.filter(({ err }) => err === null)).toHaveLength(1);
    });

    it('lists what an owner holds', async () => {
      const owner = Keypair.generate();
      await chain.airdrop(owner.publicKey.toBase58(), BigInt(sol));
      const nft = await mintNft(connection, owner, program);
      const raw = await connection.getTokenAccountsByOwner(owner.publicKey, { programId: program });
      expect(raw.value.map(({ pubkey }) => pubkey.toBase58())).toEqual([nft.account.toBase58()]);
      const parsed = await connection.getParsedTokenAccountsByOwner(owner.publicKey, {
        mint: nft.mint,
      });
      expect(parsed.value[0]?.account.data.parsed).toMatchObject({
        type: 'account',
        info: {
          mint: nft.mint.toBase58(),
          owner: owner.publicKey.toBase58(),
          state: 'initialized',
          tokenAmount: { amount: '1', decimals: 0 },
        },
      });
      expect((await connection.getTokenLargestAccounts(nft.mint)).value[0]).toMatchObject({
        amount: '1',
      });
      expect((await connection.getTokenAccountBalance(nft.account)).value.amount).toBe('1');
    });
  });

  it('takes a version 0 transaction', async () => {
    const signature = await sendV0(connection, payer, memo('v0', payer.publicKey));
    await landed(connection, signature);
    const found = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
    expect(found?.version).toBe(0);
    expect(found?.transaction.message.staticAccountKeys[0]?.equals(payer.publicKey)).toBe(true);
    expect(found?.transaction.signatures[0]).toBe(signature);
  });

  it('shows memos, newest first, with limit, before and until', async () => {
    const owner = Keypair.generate();
    await chain.airdrop(owner.publicKey.toBase58(), BigInt(sol));
    const sent: string[] = [];
    for (const text of ['one', 'two', 'drei €']) {
      sent.unshift(await sendLegacy(connection, [owner], memo(text, owner.publicKey)));
      await landed(connection, sent[0] ?? '');
    }
    const find = async (options: object): Promise<(string | null)[]> =>
      (await connection.getSignaturesForAddress(owner.publicKey, options, 'confirmed'))
        .filter(({ memo: text }) => text !== null)
        .map(({ memo: text }) => text);
    expect(await find({})).toEqual(['[8] drei €', '[3] two', '[3] one']);
    expect(await find({ limit: 1 })).toEqual(['[8] drei €']);
    expect(await find({ before: sent[0] })).toEqual(['[3] two', '[3] one']);
    expect(await find({ until: sent[2] })).toEqual(['[8] drei €', '[3] two']);
  });

  it('ends, also when asked twice', async () => {
    const other = await startChain({ runtime });
    await Promise.all([other.stop(), other.stop()]);
    await expect(fetch(other.rpcUrl)).rejects.toThrow('fetch failed');
  });
});
