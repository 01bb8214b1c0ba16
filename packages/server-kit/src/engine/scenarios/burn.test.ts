import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { expect, it } from 'vitest';
import { describeEnvironments } from './environments.fixture.ts';

describeEnvironments('burns', (environment) => {
  /** As a node of the former version leaves it: with nothing that says which NFT it is about. */
  const asByFormerNode = (id: string) =>
    environment.db.sql('update nft_upgrade.operation set nft = null where id = $1', [id]);

  it('B2, B11: a burn that nobody reports is found on the chain', async () => {
    const node = await environment.node();
    const id = await environment.awaiting(node);
    await environment.harness.submit(id);
    const done = await environment.until(node, id, 'completed');
    expect(await environment.harness.nfts(environment.alice.principal.wallet)).toEqual([
      done.facts.mintAddress,
    ]);
  });

  it('B1, B2: signed bytes outlive their node; its broadcast decides nothing', async () => {
    const first = await environment.node();
    const id = await environment.awaiting(first);
    // Taken and stored; the chain receives nothing before the node is gone.
    environment.harness.silence(true);
    const signedTransaction = environment.harness.sign(id);
    const confirming = first.confirmBurn({
      ...environment.query(id),
      confirmation: { signedTransaction },
    });
    await expect(confirming).resolves.toMatchObject({ burnTxSignature: expect.any(String) });
    await environment.stop();
    environment.harness.silence(false);
    const second = await environment.node();
    await environment.until(second, id, 'completed');
    await environment.delivered();
  });

  it('B3, C5: a fresh transaction only after the earlier one is provably dead', async () => {
    const node = await environment.node();
    const id = await environment.awaiting(node);
    await expect(node.renewBurn(environment.query(id))).rejects.toMatchObject({
      code: 'burn_still_valid',
      asset: 'safe',
    });
    environment.harness.pass(160);
    await expect
      .poll(() => node.renewBurn(environment.query(id)).catch((error: unknown) => error), {
        timeout: 30_000,
      })
      .toMatchObject({ now: { burnTransaction: { attempt: 2 } } });
    // Another one goes out only together with the proof that ended the one before.
    const attempts = await environment.db.sql(
      `select outcome from nft_upgrade.attempt where operation_id = $1 and kind = 'burn'
        order by attempt`,
      [id],
    );
    expect(attempts).toEqual([
      { outcome: expect.stringMatching(/^dead as of slot \d+, block height \d+$/) },
      { outcome: null },
    ]);
    await environment.harness.submit(id, 2);
    await environment.until(node, id, 'completed');
    await environment.delivered();
  });

  it('B3: a burn that the network loses is waited for until it is dead, then renewed', async () => {
    const node = await environment.node();
    const id = await environment.awaiting(node);
    environment.harness.lose(1);
    await node.confirmBurn({
      ...environment.query(id),
      confirmation: { signedTransaction: environment.harness.sign(id) },
    });
    for (let look = 0; look < 3; look += 1) await node.advance(id);
    expect((await node.snapshot(environment.query(id))).status).toBe('verifying_burn');
    environment.harness.pass(160);
    expect(await environment.until(node, id, 'awaiting_burn')).toMatchObject({
      asset: 'safe',
      now: { code: 'burn_not_found', burnTransaction: { attempt: 2 } },
    });
    await environment.harness.submit(id, 2);
    await environment.until(node, id, 'completed');
    await environment.delivered();
  });

  it('B4: a burn that lands with an error leaves the NFT, and another is handed out', async () => {
    const node = await environment.node();
    const id = await environment.awaiting(node);
    const burnTxSignature = await environment.harness.submitFailing(id);
    await node.confirmBurn({ ...environment.query(id), confirmation: { burnTxSignature } });
    const again = () => node.snapshot(environment.query(id));
    await expect.poll(again, { timeout: 60_000 }).toMatchObject({
      status: 'awaiting_burn',
      now: { code: 'burn_transaction_failed', burnTransaction: { attempt: 2 } },
    });
    expect(await environment.harness.nfts(environment.alice.principal.wallet)).toEqual([
      environment.alice.mint,
    ]);
    const submitted = await environment.harness.submit(id, 2);
    expect((await environment.until(node, id, 'completed')).facts.burnTxSignature).toBe(submitted);
    await environment.delivered();
  });

  it.each(['earlier', 'later'] as const)(
    'B6: of two signed attempts the %s one lands first and counts; the other fails by itself',
    async (first) => {
      const node = await environment.node();
      const id = await environment.awaiting(node);
      // Signed with a durable nonce, so that its blockhash dies and it does not.
      const late = await environment.harness.late(id);
      environment.harness.pass(160);
      const renewed = () => node.renewBurn(environment.query(id)).catch((error: unknown) => error);
      await expect
        .poll(renewed, { timeout: 30_000 })
        .toMatchObject({ now: { burnTransaction: { attempt: 2 } } });
      const submit = () => environment.harness.submit(id, 2);
      const confirmation = { signedTransaction: environment.harness.sign(id, 2) };
      const [counted, other] = first === 'earlier' ? [late, submit] : [submit, late];
      // Nothing is final before both have landed.
      environment.harness.freeze();
      const signature = await counted();
      await other();
      await node.confirmBurn({ ...environment.query(id), confirmation });
      environment.harness.thaw();
      expect((await environment.until(node, id, 'completed')).facts.burnTxSignature).toBe(
        signature,
      );
      expect(await environment.history(node, id)).not.toContain('burn_failed');
      await environment.delivered();
    },
  );

  it('B5: a burn that a fork undoes is sent again; nothing is minted before finality', async () => {
    const node = await environment.node();
    const id = await environment.awaiting(node);
    environment.harness.freeze();
    await node.confirmBurn({
      ...environment.query(id),
      confirmation: { signedTransaction: environment.harness.sign(id) },
    });
    environment.harness.land();
    await node.advance(id);
    expect((await node.snapshot(environment.query(id))).status).toBe('verifying_burn');
    expect(environment.harness.fork()).toBeGreaterThan(0);
    await node.advance(id);
    expect((await node.snapshot(environment.query(id))).status).toBe('verifying_burn');
    environment.harness.thaw();
    await environment.until(node, id, 'completed');
    await environment.delivered();
  });

  it('B8: an NFT that left the wallet ends the operation with the reason', async () => {
    const node = await environment.node();
    const id = await environment.awaiting(node);
    await environment.harness.transfer(environment.alice);
    expect(await environment.until(node, id, 'burn_failed')).toMatchObject({
      now: { code: 'nft_moved' },
    });
  });

  it.each([
    {
      nodes: 'do not answer',
      trouble: () => environment.harness.silence(true),
      end: () => environment.harness.silence(false),
      reported: true,
    },
    {
      nodes: 'disagree',
      trouble: () => environment.harness.doubt(true),
      end: () => environment.harness.doubt(false),
      reported: true,
    },
    {
      nodes: 'have fallen behind',
      // The chain stands still meanwhile: however slow this machine is, they do not catch up.
      trouble: () => {
        environment.harness.freeze();
        environment.harness.lag(100);
      },
      end: () => {
        environment.harness.lag(0);
        environment.harness.thaw();
      },
      reported: false,
    },
  ])(
    'B9: nodes of the chain that $nodes make it wait, never guess',
    async ({ trouble, end, reported }) => {
      const node = await environment.node();
      const id = await environment.awaiting(node);
      // Nodes that are behind take what is sent: so they can be behind before it, and the watch has
      // no moment to see the burn.
      if (!reported) trouble();
      const submitted = await environment.harness.submit(id);
      trouble();
      environment.errors.length = 0;
      if (reported)
        await expect.poll(() => environment.errors.length, { timeout: 30_000 }).toBeGreaterThan(2);
      for (let look = 0; look < 3; look += 1) await node.advance(id);
      expect(['awaiting_burn', 'verifying_burn']).toContain(
        (await node.snapshot(environment.query(id))).status,
      );
      await expect(node.renewBurn(environment.query(id))).rejects.toThrow();
      end();
      const done = await environment.until(node, id, 'completed');
      expect(done.facts.burnTxSignature).toBe(submitted);
      await environment.delivered();
    },
  );

  it("B10: another operation's burn is refused with its code, and delivers nothing", async () => {
    const node = await environment.node();
    const id = await environment.awaiting(node);
    await asByFormerNode(id);
    const bob = { ...environment.alice.principal, id: 'bob' };
    const other = await environment.begin(node, { principal: bob });
    const ofBob = { ...environment.query(other), principal: bob };
    await expect
      .poll(async () => (await node.snapshot(ofBob)).status, { timeout: 30_000 })
      .toBe('awaiting_burn');
    const burnTxSignature = await environment.harness.submit(id);
    await expect(
      node.confirmBurn({ ...ofBob, confirmation: { burnTxSignature } }),
    ).rejects.toMatchObject({ code: 'burn_memo_mismatch' });
    await environment.until(node, id, 'completed');
    // Two operations wait for the same NFT, by two users of one wallet: it is exchanged once.
    await expect
      .poll(async () => (await node.snapshot(ofBob)).status, { timeout: 30_000 })
      .toBe('burn_failed');
    await environment.delivered();
  });

  it('B7, B10, I1: an NFT burned in another way is exchanged once, for one operation', async () => {
    const node = await environment.node();
    const id = await environment.awaiting(node);
    await asByFormerNode(id);
    const bob = { ...environment.alice.principal, id: 'bob' };
    const other = await environment.begin(node, { principal: bob });
    const ofBob = () => node.snapshot({ ...environment.query(other), principal: bob });
    await expect.poll(ofBob, { timeout: 30_000 }).toMatchObject({ status: 'awaiting_burn' });
    await environment.harness.burnOutside(environment.alice);
    const ended = async () =>
      [(await node.snapshot(environment.query(id))).status, (await ofBob()).status].toSorted();
    await expect.poll(ended, { timeout: 60_000 }).toEqual(['burn_failed', 'completed']);
    const codes = [(await node.snapshot(environment.query(id))).now.code, (await ofBob()).now.code];
    expect(codes).toContain('burn_signature_reused');
    await environment.delivered();
  });

  it('C4, I1: an upgraded NFT is refused at the start, whatever is at its address', async () => {
    const node = await environment.node();
    const id = await environment.awaiting(node);
    await environment.harness.submit(id);
    await environment.until(node, id, 'completed');
    const again = await environment.begin(node);
    const ended = await environment.until(node, again, 'qualification_failed');
    expect(ended).toMatchObject({ asset: 'safe', now: { code: 'nft_already_upgraded' } });
    expect(environment.host.recorded).toEqual([id]);

    // Made again at the same address: to this database it is the one whose burn has counted.
    const revenant = await environment.harness.holder('carol');
    await environment.db.sql('update nft_upgrade.burned set asset = $1', [revenant.mint]);
    Object.assign(environment.alice, revenant);
    const third = await environment.begin(node, { principal: revenant.principal });
    expect(await environment.until(node, third, 'qualification_failed')).toMatchObject({
      now: { code: 'nft_already_upgraded' },
    });
    expect(await environment.harness.nfts(revenant.principal.wallet)).toEqual([revenant.mint]);
  });

  it('S8: cancelling lasts until the burn has died', async () => {
    const node = await environment.node();
    const id = await environment.awaiting(node);
    expect(await node.cancel(environment.query(id))).toMatchObject({
      status: 'cancelling',
      asset: 'at_risk',
    });
    await node.advance(id);
    expect((await node.snapshot(environment.query(id))).status).toBe('cancelling');
    environment.harness.pass(160);
    expect(await environment.until(node, id, 'cancelled')).toMatchObject({ asset: 'safe' });
    await expect.poll(() => environment.host.released).toEqual([id]);
    expect(await environment.begin(node, { key: 'key-00000009' })).not.toBe(id);
  });

  it('S8: a burn that was held back and lands while cancelling is honoured', async () => {
    const node = await environment.node();
    const id = await environment.awaiting(node);
    const release = await environment.harness.hold(id);
    await node.cancel(environment.query(id));
    await node.advance(id);
    expect((await node.snapshot(environment.query(id))).status).toBe('cancelling');
    await release();
    await environment.until(node, id, 'completed');
    await expect(node.cancel(environment.query(id))).rejects.toMatchObject({
      code: 'cancel_refused',
    });
    await environment.delivered();
  });

  it('S9: an abandoned operation expires; a burn that lands after that is honoured', async () => {
    const node = await environment.node({ patience: { burnWindowMs: 1 } });
    const id = await environment.awaiting(node);
    environment.harness.pass(160);
    expect(await environment.until(node, id, 'burn_failed')).toMatchObject({
      asset: 'safe',
      now: { code: 'burn_window_closed', retryAction: 'restart_from_burn' },
    });
    await expect.poll(() => environment.host.released).toEqual([id]);
    const burnTxSignature = await (await environment.harness.late(id))();
    // The next start of the user finds it, once it is final.
    const begun = async () => {
      const again = await environment.begin(node);
      const seen = await environment.until(
        node,
        again,
        'uploading_metadata',
        'minting_new_nft',
        'completed',
        'qualification_failed',
      );
      return seen.status === 'qualification_failed' ? null : again;
    };
    await expect.poll(begun, { timeout: 30_000 }).not.toBeNull();
    const again = (await begun()) ?? '';
    // Another address, in the other standard, is waited for as long as a forgotten mint could land
    // there.
    await environment.until(node, again, 'minting_new_nft', 'completed');
    const looked = () =>
      environment.db.sql(
        "select 1 from nft_upgrade.attempt where operation_id = $1 and kind = 'place'",
        [again],
      );
    await expect.poll(looked, { timeout: 30_000 }).toHaveLength(1);
    environment.harness.pass(160);
    const done = await environment.until(node, again, 'completed');
    expect(done.facts.burnTxSignature).toBe(burnTxSignature);
    expect(await environment.history(node, again)).not.toContain('awaiting_burn');
    await environment.delivered();
  });

  it('S6: sinks and logs that throw never touch the operation', async () => {
    const node = await environment.node({
      sinks: [
        {
          name: 'broken',
          publish: () => Promise.reject(new NftUpgradeError('temporarily_unavailable')),
        },
      ],
      onError: () => {
        throw new NftUpgradeError('internal');
      },
    });
    const id = await environment.awaiting(node);
    await environment.harness.submit(id);
    await environment.until(node, id, 'completed');
  });
});
