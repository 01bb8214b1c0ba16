import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { expect, it } from 'vitest';
import { describeCells } from './cells.fixture.ts';

describeCells('burns', (cell) => {
  it('B2, B11: a burn that nobody reports is found on the chain', async () => {
    const node = await cell.node();
    const id = await cell.awaiting(node);
    await cell.ground.submit(id);
    const done = await cell.until(node, id, 'completed');
    expect(await cell.ground.nfts(cell.alice.principal.wallet)).toEqual([done.facts.mintAddress]);
  });

  it('B1, B2: signed bytes outlive their node; its broadcast decides nothing', async () => {
    const first = await cell.node();
    const id = await cell.awaiting(first);
    // Taken and stored; the chain does not hear of it before the node is gone.
    cell.ground.silence(true);
    const signedTransaction = cell.ground.sign(id);
    const confirming = first.confirmBurn({
      ...cell.query(id),
      confirmation: { signedTransaction },
    });
    await expect(confirming).resolves.toMatchObject({ burnTxSignature: expect.any(String) });
    await cell.stop();
    cell.ground.silence(false);
    const second = await cell.node();
    await cell.until(second, id, 'completed');
    await cell.delivered();
  });

  it('B3, C5: a fresh transaction only after the earlier one is provably dead', async () => {
    const node = await cell.node();
    const id = await cell.awaiting(node);
    await expect(node.reissueBurn(cell.query(id))).rejects.toMatchObject({
      code: 'burn_still_valid',
      asset: 'safe',
    });
    cell.ground.pass(160);
    await expect
      .poll(() => node.reissueBurn(cell.query(id)).catch((error: unknown) => error), {
        timeout: 30_000,
      })
      .toMatchObject({ now: { burnTransaction: { attempt: 2 } } });
    // Another one goes out only together with the proof that ended the one before.
    const attempts = await cell.db.sql(
      `select outcome from nft_upgrade.attempt where operation_id = $1 and kind = 'burn'
        order by attempt`,
      [id],
    );
    expect(attempts).toEqual([
      { outcome: expect.stringMatching(/^dead as of slot \d+, block height \d+$/) },
      { outcome: null },
    ]);
    await cell.ground.submit(id, 2);
    await cell.until(node, id, 'completed');
    await cell.delivered();
  });

  it('B3: a burn that the network loses is waited for until it is dead, then renewed', async () => {
    const node = await cell.node();
    const id = await cell.awaiting(node);
    cell.ground.lose(1);
    await node.confirmBurn({
      ...cell.query(id),
      confirmation: { signedTransaction: cell.ground.sign(id) },
    });
    for (let look = 0; look < 3; look += 1) await node.advance(id);
    expect((await node.snapshot(cell.query(id))).status).toBe('verifying_burn');
    cell.ground.pass(160);
    expect(await cell.until(node, id, 'awaiting_burn')).toMatchObject({
      asset: 'safe',
      now: { code: 'burn_not_found', burnTransaction: { attempt: 2 } },
    });
    await cell.ground.submit(id, 2);
    await cell.until(node, id, 'completed');
    await cell.delivered();
  });

  it('B4: a burn that lands with an error leaves the NFT, and another is handed out', async () => {
    const node = await cell.node();
    const id = await cell.awaiting(node);
    const burnTxSignature = await cell.ground.submitFailing(id);
    await node.confirmBurn({ ...cell.query(id), confirmation: { burnTxSignature } });
    const again = () => node.snapshot(cell.query(id));
    await expect.poll(again, { timeout: 60_000 }).toMatchObject({
      status: 'awaiting_burn',
      now: { code: 'burn_transaction_failed', burnTransaction: { attempt: 2 } },
    });
    expect(await cell.ground.nfts(cell.alice.principal.wallet)).toEqual([cell.alice.mint]);
    const submitted = await cell.ground.submit(id, 2);
    expect((await cell.until(node, id, 'completed')).facts.burnTxSignature).toBe(submitted);
    await cell.delivered();
  });

  it.each(['earlier', 'later'] as const)(
    'B6: of two signed attempts the %s one lands first and counts; the other fails by itself',
    async (first) => {
      const node = await cell.node();
      const id = await cell.awaiting(node);
      // Signed with a durable nonce, so that its blockhash dies and it does not.
      const late = await cell.ground.late(id);
      cell.ground.pass(160);
      const reissued = () => node.reissueBurn(cell.query(id)).catch((error: unknown) => error);
      await expect
        .poll(reissued, { timeout: 30_000 })
        .toMatchObject({ now: { burnTransaction: { attempt: 2 } } });
      const submit = () => cell.ground.submit(id, 2);
      const confirmation = { signedTransaction: cell.ground.sign(id, 2) };
      const [counted, other] = first === 'earlier' ? [late, submit] : [submit, late];
      // Nothing is final before both have landed.
      cell.ground.freeze();
      const signature = await counted();
      await other();
      await node.confirmBurn({ ...cell.query(id), confirmation });
      cell.ground.thaw();
      expect((await cell.until(node, id, 'completed')).facts.burnTxSignature).toBe(signature);
      expect(await cell.history(node, id)).not.toContain('burn_failed');
      await cell.delivered();
    },
  );

  it('B5: a burn that a fork undoes is sent again; nothing is minted before finality', async () => {
    const node = await cell.node();
    const id = await cell.awaiting(node);
    cell.ground.freeze();
    await node.confirmBurn({
      ...cell.query(id),
      confirmation: { signedTransaction: cell.ground.sign(id) },
    });
    cell.ground.land();
    await node.advance(id);
    expect((await node.snapshot(cell.query(id))).status).toBe('verifying_burn');
    expect(cell.ground.fork()).toBeGreaterThan(0);
    await node.advance(id);
    expect((await node.snapshot(cell.query(id))).status).toBe('verifying_burn');
    cell.ground.thaw();
    await cell.until(node, id, 'completed');
    await cell.delivered();
  });

  it('B8: an NFT that left the wallet ends the operation with the reason', async () => {
    const node = await cell.node();
    const id = await cell.awaiting(node);
    await cell.ground.transfer(cell.alice);
    expect(await cell.until(node, id, 'burn_failed')).toMatchObject({ now: { code: 'nft_moved' } });
  });

  it.each([
    {
      nodes: 'do not answer',
      trouble: () => cell.ground.silence(true),
      end: () => cell.ground.silence(false),
      told: true,
    },
    {
      nodes: 'disagree',
      trouble: () => cell.ground.doubt(true),
      end: () => cell.ground.doubt(false),
      told: true,
    },
    {
      nodes: 'have fallen behind',
      trouble: () => cell.ground.lag(100),
      end: () => cell.ground.lag(0),
      told: false,
    },
  ])(
    'B9: nodes of the chain that $nodes make it wait, never guess',
    async ({ trouble, end, told }) => {
      const node = await cell.node();
      const id = await cell.awaiting(node);
      // Nodes that are behind take what is sent: so they can be behind before it, and the watch has
      // no moment to see the burn.
      if (!told) trouble();
      const submitted = await cell.ground.submit(id);
      trouble();
      cell.errors.length = 0;
      if (told) await expect.poll(() => cell.errors.length, { timeout: 30_000 }).toBeGreaterThan(2);
      for (let look = 0; look < 3; look += 1) await node.advance(id);
      expect(['awaiting_burn', 'verifying_burn']).toContain(
        (await node.snapshot(cell.query(id))).status,
      );
      await expect(node.reissueBurn(cell.query(id))).rejects.toThrow();
      end();
      const done = await cell.until(node, id, 'completed');
      expect(done.facts.burnTxSignature).toBe(submitted);
      await cell.delivered();
    },
  );

  it("B10: another operation's burn is refused with its code, and delivers nothing", async () => {
    const node = await cell.node();
    const id = await cell.awaiting(node);
    const bob = { ...cell.alice.principal, id: 'bob' };
    const other = await cell.begin(node, { principal: bob });
    const ofBob = { ...cell.query(other), principal: bob };
    await expect
      .poll(async () => (await node.snapshot(ofBob)).status, { timeout: 30_000 })
      .toBe('awaiting_burn');
    const burnTxSignature = await cell.ground.submit(id);
    await expect(
      node.confirmBurn({ ...ofBob, confirmation: { burnTxSignature } }),
    ).rejects.toMatchObject({ code: 'burn_memo_mismatch' });
    await cell.until(node, id, 'completed');
    // Two operations wait for the same NFT, by two users of one wallet: it is exchanged once.
    await expect
      .poll(async () => (await node.snapshot(ofBob)).status, { timeout: 30_000 })
      .toBe('burn_failed');
    await cell.delivered();
  });

  it('B7, B10, I1: an NFT burned in another way is exchanged once, for one operation', async () => {
    const node = await cell.node();
    const id = await cell.awaiting(node);
    const bob = { ...cell.alice.principal, id: 'bob' };
    const other = await cell.begin(node, { principal: bob });
    const ofBob = () => node.snapshot({ ...cell.query(other), principal: bob });
    await expect.poll(ofBob, { timeout: 30_000 }).toMatchObject({ status: 'awaiting_burn' });
    await cell.ground.burnOutside(cell.alice);
    const ended = async () =>
      [(await node.snapshot(cell.query(id))).status, (await ofBob()).status].toSorted();
    await expect.poll(ended, { timeout: 60_000 }).toEqual(['burn_failed', 'completed']);
    const codes = [(await node.snapshot(cell.query(id))).now.code, (await ofBob()).now.code];
    expect(codes).toContain('burn_signature_reused');
    await cell.delivered();
  });

  it('C4, I1: an upgraded NFT is refused at the start, whatever is at its address', async () => {
    const node = await cell.node();
    const id = await cell.awaiting(node);
    await cell.ground.submit(id);
    await cell.until(node, id, 'completed');
    const again = await cell.begin(node);
    const ended = await cell.until(node, again, 'qualification_failed');
    expect(ended).toMatchObject({ asset: 'safe', now: { code: 'nft_already_upgraded' } });
    expect(cell.host.recorded).toEqual([id]);

    // Made anew at the same address: to this database it is the one whose burn has counted.
    const revenant = await cell.ground.holder('carol');
    await cell.db.sql('update nft_upgrade.burned set asset = $1', [revenant.mint]);
    Object.assign(cell.alice, revenant);
    const third = await cell.begin(node, { principal: revenant.principal });
    expect(await cell.until(node, third, 'qualification_failed')).toMatchObject({
      now: { code: 'nft_already_upgraded' },
    });
    expect(await cell.ground.nfts(revenant.principal.wallet)).toEqual([revenant.mint]);
  });

  it('S8: cancelling lasts until the burn has died', async () => {
    const node = await cell.node();
    const id = await cell.awaiting(node);
    expect(await node.cancel(cell.query(id))).toMatchObject({
      status: 'cancelling',
      asset: 'at_risk',
    });
    await node.advance(id);
    expect((await node.snapshot(cell.query(id))).status).toBe('cancelling');
    cell.ground.pass(160);
    expect(await cell.until(node, id, 'cancelled')).toMatchObject({ asset: 'safe' });
    await expect.poll(() => cell.host.released).toEqual([id]);
    expect(await cell.begin(node, { key: 'key-00000009' })).not.toBe(id);
  });

  it('S8: a burn that was held back and lands while cancelling is honoured', async () => {
    const node = await cell.node();
    const id = await cell.awaiting(node);
    const release = await cell.ground.hold(id);
    await node.cancel(cell.query(id));
    await node.advance(id);
    expect((await node.snapshot(cell.query(id))).status).toBe('cancelling');
    await release();
    await cell.until(node, id, 'completed');
    await expect(node.cancel(cell.query(id))).rejects.toMatchObject({ code: 'cancel_refused' });
    await cell.delivered();
  });

  it('S9: an abandoned operation expires; a burn that lands after that is honoured', async () => {
    const node = await cell.node({ patience: { burnWindowMs: 1 } });
    const id = await cell.awaiting(node);
    cell.ground.pass(160);
    expect(await cell.until(node, id, 'burn_failed')).toMatchObject({
      asset: 'safe',
      now: { code: 'burn_window_closed', retryAction: 'restart_from_burn' },
    });
    await expect.poll(() => cell.host.released).toEqual([id]);
    const burnTxSignature = await (await cell.ground.late(id))();
    // The next start of the user finds it, once it is final.
    const begun = async () => {
      const again = await cell.begin(node);
      const seen = await cell.until(
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
    await cell.until(node, again, 'minting_new_nft', 'completed');
    const looked = () =>
      cell.db.sql("select 1 from nft_upgrade.attempt where operation_id = $1 and kind = 'place'", [
        again,
      ]);
    await expect.poll(looked, { timeout: 30_000 }).toHaveLength(1);
    cell.ground.pass(160);
    const done = await cell.until(node, again, 'completed');
    expect(done.facts.burnTxSignature).toBe(burnTxSignature);
    expect(await cell.history(node, again)).not.toContain('awaiting_burn');
    await cell.delivered();
  });

  it('S6: sinks and logs that throw never touch the operation', async () => {
    const node = await cell.node({
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
    const id = await cell.awaiting(node);
    await cell.ground.submit(id);
    await cell.until(node, id, 'completed');
  });
});
