import type { Signed, WalletPort } from '@aiw3/nft-upgrade';
import { verifyReceipt } from '@aiw3/nft-upgrade/receipt';
import { walletOutcome } from '@aiw3/nft-upgrade/solana';
import { PublicKey, SystemProgram, VersionedTransaction } from '@solana/web3.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../db/db.ts';
import { closeDatabases, databases } from '../testing/databases.ts';
import { openStage, statusOf, type Upgrade } from './fixtures/page.ts';
import { compile } from './transaction.ts';

type Stage = Awaited<ReturnType<typeof openStage>>;

describe('wallets, from the click to the chain', () => {
  let db: Db;
  let stage: Stage;
  const open: Upgrade[] = [];
  beforeAll(async () => {
    db = await databases[0].open();
    stage = await openStage(db);
  });
  afterEach(() => {
    for (const operation of open.splice(0)) operation.detach();
    stage.corruption = (attempt) => attempt;
  });
  afterAll(async () => {
    await stage.stop();
    await closeDatabases();
  });

  const begin = async (...given: Parameters<Stage['begin']>) => {
    const operation = await stage.begin(...given);
    open.push(operation);
    return operation;
  };
  const codeOf = (signing: Promise<Signed>): Promise<unknown> =>
    signing.then(
      () => 'signed',
      (error: { code?: unknown }) => error.code,
    );
  const supply = async (mint: string) =>
    (await stage.solana.connection.getTokenSupply(new PublicKey(mint))).value.amount;

  /** Ends with the one new NFT in the wallet, the old one gone, and a receipt that holds. */
  const delivered = async (
    operation: Upgrade,
    user: { address: string; held: { mint: string } },
  ) => {
    const done = await operation.done;
    expect(done).toMatchObject({ status: 'completed', asset: 'delivered' });
    expect(await supply(user.held.mint)).toBe('0');
    const mintAddress = String(done.facts.mintAddress);
    expect(
      await stage.solana.chain.burn.locate({ mint: mintAddress, owner: user.address }),
    ).toMatchObject({ mint: mintAddress });
    const options = { keys: [stage.receipts.key], rpc: stage.solana.local.rpcUrl };
    expect(await verifyReceipt(done.facts.receipt, options)).toMatchObject({
      valid: true,
      receipt: { owner: user.address },
    });
  };
  /** What the log says that the wallet changed. */
  const changesOf = async (
    operation: Upgrade,
    { address }: { address: string },
  ): Promise<unknown> => {
    const query = {
      process: 'upgrade',
      operationId: operation.id ?? '',
      principal: { id: address, wallet: address },
      after: 0,
    };
    const events = await stage.service.events(query);
    return events.find(({ status }) => status === 'verifying_burn')?.walletChanges;
  };
  /** Nothing happened to the NFT, and nobody thinks otherwise. */
  const unharmed = async (operation: Upgrade, user: { held: { mint: string } }) => {
    expect(operation.getSnapshot().operation).toMatchObject({
      status: 'awaiting_burn',
      asset: 'safe',
    });
    expect(await supply(user.held.mint)).toBe('1');
  };

  it('W1: a server that asks for more than the burn is refused before the prompt', async () => {
    const user = await stage.user();
    stage.corruption = (attempt) => {
      const owner = user.keypair.publicKey;
      const { message } = VersionedTransaction.deserialize(
        Buffer.from(attempt.transaction, 'base64'),
      );
      const steal = SystemProgram.transfer({
        fromPubkey: owner,
        toPubkey: stage.solana.authority.publicKey,
        lamports: 1,
      });
      const changed = compile({
        payer: owner,
        blockhash: message.recentBlockhash,
        instructions: [steal],
        version: 'legacy',
      });
      return { ...attempt, transaction: Buffer.from(changed.serialize()).toString('base64') };
    };
    const operation = await begin(user.address, user.wallet);
    await expect(operation.sign()).rejects.toMatchObject({
      code: 'unsafe_transaction',
      asset: 'safe',
    });
    expect(user.wallet.prompts).toHaveLength(0);
    expect(operation.getSnapshot().wallet.error?.details.findings).toContainEqual(
      expect.objectContaining({ rule: 'not_allowed' }),
    );
    await unharmed(operation, user);
  });

  it('W2: no SOL for the fee: no prompt, and what is missing is told', async () => {
    const user = await stage.user([], 0n);
    const operation = stage
      .page(user.address, user.wallet)
      .upgrade.start({ targetTierId: 'tier-2' });
    open.push(operation);
    const done = await operation.done;
    const requirement = expect.objectContaining({
      code: 'insufficient_sol',
      actual: 0,
      required: expect.any(Number),
    });
    expect(done).toMatchObject({
      status: 'qualification_failed',
      now: { requirements: [requirement] },
    });
    expect(user.wallet.prompts).toHaveLength(0);
    expect(await supply(user.held.mint)).toBe('1');
  });

  it('W3: the user declines, and may sign again', async () => {
    const user = await stage.user(['reject', 'sign']);
    const operation = await begin(user.address, user.wallet);
    expect(await codeOf(operation.sign())).toBe('wallet_rejected');
    await unharmed(operation, user);
    expect(await codeOf(operation.sign())).toBe('signed');
    await delivered(operation, user);
  });

  it('W4: not connected, locked, pop-up blocked: a code each, and no prompt repeats', async () => {
    const user = await stage.user();
    user.wallet.select('none');
    const thrown = [
      { name: 'LockedDeviceError' },
      { name: 'WalletWindowBlockedError' },
      { name: 'WalletNotReadyError' },
    ];
    let asked = 0;
    const moody: WalletPort = {
      publicKey: user.wallet.publicKey,
      sign: (request) => {
        const error = thrown[asked++];
        return error ? Promise.resolve(walletOutcome(error)) : user.wallet.sign(request);
      },
    };
    const operation = await begin(user.address, moody);
    expect(await codeOf(operation.sign())).toBe('wallet_not_connected');
    user.wallet.select('own');
    for (const code of ['wallet_locked', 'wallet_popup_blocked', 'wallet_not_installed'])
      expect(await codeOf(operation.sign())).toBe(code);
    expect(asked).toBe(3);
    await unharmed(operation, user);
    expect(await codeOf(operation.sign())).toBe('signed');
    await delivered(operation, user);
  });

  it.each(['reject_but_signed', 'ghost_reject'] as const)(
    'W5: %s: reported as declined, landed all the same',
    async (step) => {
      const user = await stage.user([step]);
      const operation = await begin(user.address, user.wallet);
      expect(await codeOf(operation.sign())).toBe('wallet_rejected');
      await user.wallet.approve();
      await delivered(operation, user);
      expect(user.wallet.signed).toHaveLength(1);
    },
  );

  it.each(['hang', 'hang_but_signed'] as const)(
    'W6: %s: the prompt times out to unknown, and the watcher decides',
    async (step) => {
      const user = await stage.user([step]);
      const operation = await begin(user.address, user.wallet, { promptMs: 50 });
      expect(await codeOf(operation.sign())).toBe('wallet_timeout');
      await user.wallet.approve();
      await delivered(operation, user);
    },
  );

  it('W6 C5: approved after the page was reloaded: the new page hears of it', async () => {
    const user = await stage.user(['hang']);
    const gone = await begin(user.address, user.wallet);
    const lost = codeOf(gone.sign());
    await expect.poll(() => user.wallet.open).toBe(1);
    gone.detach();
    const [snapshot] = await stage.page(user.address, user.wallet).upgrade.active();
    if (!snapshot) throw new TypeError('unreachable');
    const operation = stage.page(user.address, user.wallet).upgrade.attach(snapshot);
    open.push(operation);
    await user.wallet.approve();
    await delivered(operation, user);
    await lost;
  });

  it.each([
    ['tamper', 'modified_beyond_policy'],
    ['excessive_fee', 'modified_beyond_policy'],
    ['wrong_account', 'wrong_account'],
  ] as const)(
    'W7: %s is refused before it is sent, by the page and by the server',
    async (step, code) => {
      const user = await stage.user([step]);
      const operation = await begin(user.address, user.wallet);
      const refusedWith = await codeOf(operation.sign());
      // What only a signature shows, the page leaves to the server.
      expect([code, 'wrong_account']).toContain(refusedWith);
      const [signedTransaction = ''] = user.wallet.signed;
      const query = {
        process: 'upgrade',
        operationId: operation.id ?? '',
        principal: { id: user.address, wallet: user.address },
      };
      await expect(
        stage.service.confirmBurn({ ...query, confirmation: { signedTransaction } }),
      ).rejects.toMatchObject({ code });
      await unharmed(operation, user);
      expect(await codeOf(operation.sign())).toBe('signed');
      await delivered(operation, user);
    },
  );

  it('W7: another account is selected while it is asked', async () => {
    const user = await stage.user(['switch_account']);
    const operation = await begin(user.address, user.wallet);
    expect(await codeOf(operation.sign())).toBe('wrong_account');
    expect(await codeOf(operation.sign())).toBe('wrong_account');
    expect(user.wallet.prompts).toHaveLength(1);
    await unharmed(operation, user);
    user.wallet.select('own');
    expect(await codeOf(operation.sign())).toBe('signed');
    await delivered(operation, user);
  });

  it('W8: another fee within the policy is accepted, and the event records it', async () => {
    const user = await stage.user(['changed_fee']);
    const operation = await begin(user.address, user.wallet);
    expect(await codeOf(operation.sign())).toBe('signed');
    await delivered(operation, user);
    expect(await changesOf(operation, user)).toEqual(
      expect.arrayContaining([{ kind: 'added', what: 'computeUnitPrice 50000' }]),
    );
  });

  it('W8: assertions that the wallet adds pass the page and the server', async () => {
    const user = await stage.user(['guarded']);
    const operation = await begin(user.address, user.wallet);
    expect(await codeOf(operation.sign())).toBe('signed');
    // The local chain has no Lighthouse program, so this one cannot land there. It was stored and
    // sent, which is what the row asks.
    await statusOf(operation, 'verifying_burn');
    expect(await changesOf(operation, user)).toEqual([
      { kind: 'added', what: 'assertion' },
      { kind: 'added', what: 'assertion' },
    ]);
    expect(await supply(user.held.mint)).toBe('1');
  });

  it('W8: a wallet that changes nothing leaves nothing to record', async () => {
    const user = await stage.user();
    const operation = await begin(user.address, user.wallet);
    expect(await codeOf(operation.sign())).toBe('signed');
    await delivered(operation, user);
    expect(await changesOf(operation, user)).toBeUndefined();
  });

  it('W9: a wallet that can only sign and send', async () => {
    const user = await stage.user(['submit']);
    const operation = await begin(user.address, user.wallet);
    expect(await codeOf(operation.sign())).toBe('signed');
    await delivered(operation, user);
  });

  it('W10: a hardware wallet: blind signing off has a code, slow is no failure', async () => {
    const user = await stage.user();
    let asked = 0;
    const device: WalletPort = {
      publicKey: user.wallet.publicKey,
      async sign(request) {
        if (asked++ === 0)
          return walletOutcome({ name: 'TransportStatusError', statusCode: 0x6808 });
        await new Promise((resolve) => setTimeout(resolve, 100));
        return user.wallet.sign(request);
      },
    };
    const operation = await begin(user.address, device);
    expect(operation.getSnapshot().operation).toMatchObject({
      now: { burnTransaction: { version: 'legacy' } },
    });
    expect(await codeOf(operation.sign())).toBe('wallet_blind_signing');
    await unharmed(operation, user);
    expect(await codeOf(operation.sign())).toBe('signed');
    await delivered(operation, user);
  });
});
