import { NftUpgradeError, processes as standard, upgrade } from '@aiw3/nft-upgrade/protocol';
import { expect, it } from 'vitest';
import type { Db } from '../../db/db.ts';
import type { MintAttempt } from '../../ports/chain.ts';
import type { Service, ServiceOptions } from '../../service.ts';
import { describeEnvironments } from './environments.fixture.ts';

describeEnvironments('what outlives a deployment, a key and a backup', (environment) => {
  /** The rule by which burns are found without their users. */
  const withHeld = (): Partial<ServiceOptions> => {
    const { upgrade: rules } = environment.host.rules;
    const items = [
      {
        principal: environment.alice.principal,
        input: { targetTierId: 'tier-2' },
        mint: environment.alice.mint,
      },
    ];
    return {
      rules: {
        ...environment.host.rules,
        upgrade: { ...rules, held: async () => ({ items, next: null }) },
      },
    };
  };
  /** Final, and found by every caller. */
  const burned = () => {
    const find = environment.harness.chain().burn.find;
    const { mint, principal } = environment.alice;
    return expect
      .poll(() => find?.({ mint, owner: principal.wallet }), { timeout: 30_000 })
      .not.toBeNull();
  };
  /** The operation that was begun for the burn. */
  const found = async (node: Service): Promise<string> => {
    const live = () => node.active({ process: 'upgrade', principal: environment.alice.principal });
    await expect.poll(live, { timeout: 30_000 }).toHaveLength(1);
    return (await live())[0]?.operationId ?? '';
  };
  /** Nothing that is forgotten can land any more. */
  const passOnceLooked = async (id: string) => {
    const looked = () =>
      environment.db.sql(
        "select 1 from nft_upgrade.attempt where operation_id = $1 and kind = 'place'",
        [id],
      );
    await expect.poll(looked, { timeout: 30_000 }).toHaveLength(1);
    environment.harness.pass(160);
  };

  it('S3: a burn unknown to the restored database is delivered without a client', async () => {
    const id = await environment.awaiting(await environment.node({ random: () => 0 }));
    // A round was made shortly before: the next one would come in an hour.
    await expect
      .poll(() =>
        environment.db.sql("select 1 from nft_upgrade.setting where key = 'reconciled_at'"),
      )
      .toHaveLength(1);
    await environment.stop();
    await environment.db.sql(`truncate nft_upgrade.burned, nft_upgrade.operation cascade; delete
      from nft_upgrade_queue.job;
      update nft_upgrade.setting set value = 'the server where the backup was made'
        where key = 'past'`);
    await environment.harness.submit(id);
    await burned();
    const node = await environment.node({ ...withHeld(), random: () => 0 });
    const again = await found(node);
    expect(again).not.toBe(id);
    await passOnceLooked(again);
    await environment.until(node, again, 'completed');
    expect(await environment.history(node, again)).not.toContain('awaiting_burn');
    await environment.delivered();
    expect(await node.reconcile()).toBe(0);
  });

  it('S3: a found burn that the rules refuse alerts and is begun again for days', async () => {
    const id = await environment.awaiting(await environment.node());
    await environment.stop();
    await environment.wipe();
    await environment.harness.submit(id);
    await burned();
    const options = withHeld();
    const { upgrade: rules } = environment.host.rules;
    let refused = 0;
    let mended = false;
    const qualify: typeof rules.qualify = async (operation) => {
      if (mended) return rules.qualify(operation);
      refused += 1;
      return { qualified: false, error: 'The volume was not restored.', requirements: [] };
    };
    const node = await environment.node({
      ...options,
      rules: { ...options.rules, upgrade: { ...options.rules?.upgrade, qualify } },
      reconcileMs: 5,
    } as Partial<ServiceOptions>);
    await expect.poll(() => environment.alerts.length, { timeout: 30_000 }).toBe(8);
    expect(new Set(environment.alerts.map(({ evidence }) => evidence.tries))).toEqual(
      new Set([1, 2, 3, 4, 5, 6, 7, 8]),
    );
    expect(environment.alerts[0]).toMatchObject({
      summary: expect.stringContaining('not_qualified'),
      evidence: { error: 'The volume was not restored.' },
    });
    // Rounds go on, and begin nothing any more.
    const round = () =>
      environment.db.sql("select value from nft_upgrade.setting where key = 'reconciled_at'");
    for (let rounds = 0; rounds < 3; rounds += 1) {
      const before = await round();
      await expect.poll(round, { timeout: 30_000 }).not.toEqual(before);
    }
    expect(refused).toBe(8);
    expect(environment.alerts).toHaveLength(8);
    mended = true;
    expect(await node.reconcile()).toBe(1);
    const again = await found(node);
    await passOnceLooked(again);
    await environment.until(node, again, 'completed');
    await environment.delivered();
  });

  /** A burn was found, and what it is owed cannot be uploaded. */
  const owedForFound = async (paid: string[], options: Partial<ServiceOptions> = {}) => {
    const node = await environment.node({
      ...options,
      compensator: {
        async settle({ compensationId }) {
          paid.push(compensationId);
          return { kind: 'refund' };
        },
      },
    });
    environment.content.fail(
      ...Array.from({ length: 3 }, () => new NftUpgradeError('metadata_upload_failed')),
    );
    const id = await environment.begin(node);
    const stuck = await environment.until(node, id, 'needs_attention');
    expect(stuck).toMatchObject({
      phase: 'metadata',
      asset: 'burned_owed',
      now: { code: 'metadata_upload_failed' },
    });
    return { node, id };
  };

  it.each([
    { where: 'here or elsewhere', elsewhere: undefined },
    { where: 'at the one place there is', elsewhere: async () => [] },
  ])(
    'S3, S10: a found burn is compensated only when nothing forgotten can land $where',
    async ({ elsewhere }) => {
      const forgotten = await environment.awaiting(await environment.node());
      await environment.stop();
      await environment.wipe();
      await environment.harness.submit(forgotten);
      await burned();
      const paid: string[] = [];
      const chain = environment.harness.chain();
      const mint = { ...chain.mint, key: chain.mint.key, ...(elsewhere && { elsewhere }) };
      const { node, id } = await owedForFound(paid, { chain: { ...chain, mint } });
      await expect(node.obligations.compensate(id)).rejects.toMatchObject({
        code: 'compensate_refused',
        details: { mint: 'pending' },
      });
      environment.harness.pass(160);
      expect(await node.obligations.compensate(id)).toMatchObject({
        status: 'compensated',
        asset: 'delivered',
      });
      expect(paid).toHaveLength(1);
      expect(await environment.harness.nfts(environment.alice.principal.wallet)).toEqual([]);
      await expect(node.obligations.retry(id)).rejects.toMatchObject({ code: 'retry_refused' });
    },
  );

  it('S3, S10: a found burn that was delivered before the restore is not compensated', async () => {
    const lost = await environment.node();
    const forgotten = await environment.awaiting(lost);
    await environment.harness.submit(forgotten);
    const before = await environment.until(lost, forgotten, 'completed');
    await environment.stop();
    await environment.wipe();
    const paid: string[] = [];
    const { node, id } = await owedForFound(paid);
    await expect(node.obligations.compensate(id)).rejects.toMatchObject({
      code: 'compensate_refused',
      details: { mint: 'minted' },
    });
    await node.obligations.retry(id);
    const done = await environment.until(node, id, 'completed');
    expect(done.facts.mintAddress).toBe(before.facts.mintAddress);
    expect(await environment.delivered()).toBe(before.facts.mintAddress);
    expect(paid).toEqual([]);
  });

  it.each([
    { key: 'the same', rotate: () => Promise.resolve(), forget: () => environment.wipe() },
    {
      key: 'a former',
      rotate: () => environment.harness.rotate(),
      forget: () => environment.wipe(),
    },
    {
      key: 'a former, whose secret is gone,',
      rotate: () => environment.harness.rotate({ forgotten: true }),
      // What the backup still knows of it is its id.
      forget: () =>
        environment.db.sql(
          `truncate nft_upgrade.burned, nft_upgrade.operation cascade;
            delete from nft_upgrade_queue.job`,
        ),
    },
  ])(
    'S3, S7, I1: what was delivered under $key key before the restore is adopted, not minted again',
    async ({ rotate, forget }) => {
      const lost = await environment.node();
      const id = await environment.awaiting(lost);
      await environment.harness.submit(id);
      const before = await environment.until(lost, id, 'completed');
      await environment.stop();
      await forget();
      await rotate();
      // The user's next start, this time.
      const node = await environment.node();
      const done = await environment.until(node, await environment.begin(node), 'completed');
      expect(done.facts.mintAddress).toBe(before.facts.mintAddress);
      expect(await environment.delivered()).toBe(before.facts.mintAddress);
    },
  );

  it('S3, S7, I1: no mint by the present key while one by the former key may land', async () => {
    const chain = environment.harness.chain();
    const sent: MintAttempt[] = [];
    // Signed by the node that dies, and under way for as long as such a transaction lives.
    const mint = {
      ...chain.mint,
      key: chain.mint.key,
      send: async (attempt: MintAttempt) => void sent.push(attempt),
    };
    const lost = await environment.node({ chain: { ...chain, mint } });
    const id = await environment.awaiting(lost);
    await environment.harness.submit(id);
    await expect.poll(() => sent.length, { timeout: 30_000 }).toBeGreaterThan(0);
    environment.harness.freeze();
    await environment.stop();
    await environment.wipe();
    await environment.harness.rotate();

    const node = await environment.node();
    const again = await environment.begin(node);
    const place = () =>
      environment.db.sql(
        "select outcome from nft_upgrade.attempt where operation_id = $1 and kind = 'place'",
        [again],
      );
    await expect.poll(place, { timeout: 30_000 }).toEqual([{ outcome: null }]);
    for (let look = 0; look < 3; look += 1) await node.advance(again);
    expect(
      await environment.db.sql(
        "select 1 from nft_upgrade.attempt where operation_id = $1 and kind = 'mint'",
        [again],
      ),
    ).toEqual([]);
    await chain.mint.send(sent[0] ?? expect.fail('nothing was sent'));
    environment.harness.thaw();
    const done = await environment.until(node, again, 'completed');
    expect(await environment.delivered()).toBe(sent[0]?.mintAddress);
    expect(done.facts.mintAddress).toBe(sent[0]?.mintAddress);
  });

  it('S3, S7: when nothing can land under the former key, the present one mints', async () => {
    const id = await environment.awaiting(await environment.node());
    await environment.stop();
    await environment.wipe();
    await environment.harness.submit(id);
    await burned();
    await environment.harness.rotate();
    const node = await environment.node();
    const again = await environment.begin(node);
    const looked = () =>
      environment.db.sql(
        "select 1 from nft_upgrade.attempt where operation_id = $1 and kind = 'place'",
        [again],
      );
    await expect.poll(looked, { timeout: 30_000 }).toHaveLength(1);
    environment.harness.pass(160);
    const done = await environment.until(node, again, 'completed');
    const { mint } = environment.harness.chain();
    const address = await mint.address({
      identity: `burned:${environment.alice.mint}`,
      key: mint.key,
      standard: environment.harness.standard,
    });
    expect(done.facts.mintAddress).toBe(address);
    await environment.delivered();
  });

  it('S3: the burn of somebody else is nobody else’s', async () => {
    const id = await environment.awaiting(await environment.node());
    await environment.stop();
    await environment.wipe();
    await environment.harness.submit(id);
    await burned();
    const node = await environment.node();
    const bob = await environment.harness.holder('bob');
    const theirs = await environment.begin(node, { principal: bob.principal });
    const ended = async () =>
      (await node.snapshot({ ...environment.query(theirs), principal: bob.principal })).now.code;
    await expect.poll(ended, { timeout: 30_000 }).toBe('nft_not_owned');
  });

  it('S2: what the database missed after the burn is caught up from the chain', async () => {
    let away = false;
    const refuse = () => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }));
    const { db } = environment;
    const flaky: Db = {
      ...db,
      sql: (...call) => (away ? refuse() : db.sql(...call)),
      tx: (work) => (away ? refuse() : db.tx(work)),
    };
    const node = await environment.node({ db: flaky });
    const id = await environment.awaiting(node);
    away = true;
    await environment.harness.submit(id);
    await expect.poll(() => environment.errors.length, { timeout: 30_000 }).toBeGreaterThan(3);
    await expect(
      node.confirmBurn({
        ...environment.query(id),
        confirmation: { burnTxSignature: '1'.repeat(64) },
      }),
    ).rejects.toThrow();
    expect(await environment.harness.nfts(environment.alice.principal.wallet)).toEqual([]);
    away = false;
    await environment.until(node, id, 'completed');
    await environment.delivered();
  });

  it('S4: work that a stopped node left behind is found by the next one', async () => {
    const id = await environment.awaiting(await environment.node());
    await environment.stop();
    await environment.harness.submit(id);
    await environment.until(await environment.node(), id, 'completed');
    await environment.delivered();
  });

  it('S5: operations finish under their definition; nodes without it leave them', async () => {
    const id = await environment.awaiting(await environment.node());
    await environment.stop();
    const processes = { ...standard, upgrade: { ...upgrade, version: 3 } };
    const looked = () =>
      environment.db.sql('select checked_at from nft_upgrade.operation where id = $1', [id]);
    const before = await looked();
    // Deployed without the old definition: it is not touched, and nothing else is held up by it.
    const ignorant = await environment.node({ processes } as Partial<ServiceOptions>);
    await environment.harness.submit(id);
    await environment.until(
      ignorant,
      await environment.begin(ignorant, { process: 'claim' }),
      'completed',
    );
    // Nor does it count as looked after: the nodes that know it would leave it alone.
    expect(await looked()).toEqual(before);
    await ignorant.advance(id);
    expect(
      await environment.db.sql('select status from nft_upgrade.operation where id = $1', [id]),
    ).toEqual([{ status: 'awaiting_burn' }]);

    const knowing = await environment.node({
      processes,
      formerProcesses: [upgrade],
    } as Partial<ServiceOptions>);
    expect((await environment.until(knowing, id, 'completed')).version).toBe(2);
    const fresh = await environment.begin(knowing);
    expect((await knowing.snapshot(environment.query(fresh))).version).toBe(3);
  });

  it('S7: an operation mints with the key it began with, also after a rotation', async () => {
    const { mint } = environment.harness.chain();
    const id = await environment.awaiting(await environment.node());
    await environment.stop();
    await environment.harness.rotate();
    const after = await environment.node();
    await environment.harness.submit(id);
    const { standard } = environment.harness;
    const address = (identity: string, key: string) => mint.address({ identity, key, standard });
    expect((await environment.until(after, id, 'completed')).facts.mintAddress).toBe(
      await address(`burned:${environment.alice.mint}`, mint.key),
    );
    const claim = await environment.begin(after, { process: 'claim' });
    const key = environment.harness.chain().mint.key;
    expect(key).not.toBe(mint.key);
    const claimed = await environment.until(after, claim, 'completed');
    const [order] = await environment.db.sql<{ identity: string }>(
      `select data->>'mintFor' as identity from nft_upgrade.attempt
        where operation_id = $1 and kind = 'upload'`,
      [claim],
    );
    expect(order?.identity).toMatch(new RegExp(`^claim:${key}:[0-9a-f]{64}$`));
    expect(claimed.facts.mintAddress).toBe(await address(order?.identity ?? '', key));
  });

  it('a clock that was set back neither moves an operation back in time nor stops it', async () => {
    let offset = 0;
    const node = await environment.node({ now: () => Date.now() + offset });
    const id = await environment.awaiting(node);
    offset = -86_400_000;
    await environment.harness.submit(id);
    await environment.until(node, id, 'completed');
    const times = (await node.events({ ...environment.query(id), after: 0 })).map(
      ({ timestamp }) => timestamp,
    );
    expect(times).toEqual(times.toSorted());
  });
});
