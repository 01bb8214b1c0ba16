import { setTimeout as sleep } from 'node:timers/promises';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { expect, it } from 'vitest';
import { createService, type Service } from '../../service.ts';
import { createMortal } from '../../testing/crash/mortal.ts';
import { describeCells } from './cells.fixture.ts';

const times = (count: number, error: () => NftUpgradeError) => Array.from({ length: count }, error);

describeCells('deliveries', (cell) => {
  /** People are called, the debt is a row, and whoever starts again is told of it. Resolves once a retry has delivered. */
  const isOwedThenDelivered = async (node: Service, id: string, code: string) => {
    const stuck = await cell.until(node, id, 'needs_attention');
    expect(stuck).toMatchObject({ asset: 'burned_owed', terminal: false, now: { code, requiresSupport: true } });
    await expect.poll(() => cell.alerts).toMatchObject([{ operationId: id, summary: expect.stringContaining(code) }]);
    const debts = () => cell.db.sql('select operation_id, settlement from nft_upgrade.obligation');
    expect(await debts()).toEqual([{ operation_id: id, settlement: null }]);
    expect(await cell.begin(node, { key: 'key-00000005' })).toBe(id);
    await cell.ground.feed();
    await node.retry(cell.query(id));
    await cell.until(node, id, 'completed');
    await cell.delivered();
    expect(await debts()).toEqual([{ operation_id: id, settlement: 'delivered' }]);
    await expect(node.retry(cell.query(id))).rejects.toMatchObject({ code: 'retry_refused' });
  };

  it('M1, M3: an upload that fails is recovered in the open', async () => {
    const node = await cell.node();
    cell.content.fail(new NftUpgradeError('metadata_upload_failed', { message: 'The pinning service answered 429.' }));
    const id = await cell.begin(node, { process: 'claim' });
    await cell.until(node, id, 'completed');
    expect(await cell.history(node, id)).toEqual([
      'initializing',
      'qualification_verified',
      'uploading_metadata',
      'upload_failed',
      'recovering',
      'uploading_metadata',
      'metadata_uploaded',
      'minting_new_nft',
      'updating_records',
      'completed',
    ]);
  });

  it('M4: an upload that fails for days after the burn is owed, called for and retried', async () => {
    const node = await cell.node();
    const id = await cell.awaiting(node);
    cell.content.fail(...times(3, () => new NftUpgradeError('metadata_upload_failed')));
    await cell.ground.submit(id);
    await isOwedThenDelivered(node, id, 'metadata_upload_failed');
  });

  it('K6, M4: an authority that cannot pay is owed, called for and retried', async () => {
    const node = await cell.node();
    const id = await cell.awaiting(node);
    await cell.ground.starve();
    await cell.ground.submit(id);
    await isOwedThenDelivered(node, id, 'mint_authority_unfunded');
  });

  it.each([
    { row: 'K1', where: 'before the mint is written down', write: 'commit attempt#1', when: 'before' },
    { row: 'K2', where: 'after it is written down', write: 'mint.send#1', when: 'before' },
    { row: 'K3', where: 'after it is sent', write: 'mint.send#1', when: 'after' },
    { row: 'K4', where: 'after it is found on the chain', write: 'commit attempt#2', when: 'before' },
  ] as const)('$row: a node that dies $where leaves one NFT to whoever goes on', async ({ write, when }) => {
    const mortal = createMortal(cell.options(), { write, when });
    const doomed = await createService(mortal.options);
    const id = await cell.awaiting(doomed);
    await cell.ground.submit(id);
    await mortal.died;
    // Its timers have to go; whatever it would still write is refused.
    await Promise.race([doomed.stop().catch(() => undefined), sleep(500)]);
    const next = await cell.node();
    const done = await cell.until(next, id, 'completed');
    expect(await cell.delivered()).toBe(done.facts.mintAddress);
  });

  it('K5: two nodes on one database deliver once', async () => {
    const [one, two] = [await cell.node(), await cell.node()];
    const id = await cell.awaiting(one);
    await cell.ground.submit(id);
    await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 ? one : two).advance(id)));
    await cell.until(two, id, 'completed');
    const events = await one.events({ ...cell.query(id), after: 0 });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    await cell.delivered();
  });

  it('K9: a mint that a fork undoes is sent again, to the same address, until it is final', async () => {
    const sent: string[] = [];
    const chain = cell.ground.chain();
    const send: typeof chain.mint.send = async (attempt) => {
      // The burn is final by now: from here on, nothing is.
      if (sent.push(attempt.mintAddress) === 1) cell.ground.freeze();
      return chain.mint.send(attempt);
    };
    const node = await cell.node({ chain: { ...chain, mint: { ...chain.mint, key: chain.mint.key, send } } });
    const id = await cell.awaiting(node);
    await cell.ground.submit(id);
    await expect.poll(() => sent.length, { timeout: 30_000 }).toBeGreaterThan(0);
    const landed = async () => {
      cell.ground.land();
      return cell.ground.nfts(cell.alice.principal.wallet);
    };
    await expect.poll(landed, { timeout: 30_000 }).toHaveLength(1);
    expect(cell.ground.fork()).toBeGreaterThan(0);
    expect((await node.snapshot(cell.query(id))).status).toBe('minting_new_nft');
    cell.ground.thaw();
    const done = await cell.until(node, id, 'completed');
    expect(await cell.delivered()).toBe(done.facts.mintAddress);
    expect(new Set(sent).size).toBe(1);
  });

  it('S10: a debt is compensated or delivered, never both', async () => {
    const paid: string[] = [];
    const node = await cell.node({
      compensator: {
        async settle({ compensationId }) {
          paid.push(compensationId);
          if (paid.length === 1) throw new NftUpgradeError('temporarily_unavailable');
          return { kind: 'refund' };
        },
      },
    });
    const id = await cell.awaiting(node);
    await expect(node.obligations.compensate(id)).rejects.toMatchObject({ code: 'not_found' });
    await cell.ground.starve();
    await cell.ground.submit(id);
    await cell.until(node, id, 'needs_attention');
    expect(await node.obligations.list()).toMatchObject([
      { operationId: id, process: 'upgrade', principal: 'alice', settlement: null, evidence: { code: 'mint_authority_unfunded' } },
    ]);
    await cell.ground.feed();
    const decided = await Promise.allSettled([
      node.obligations.compensate(id),
      node.obligations.retry(id),
      node.obligations.compensate(id),
    ]);
    expect(decided.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    const ended = await cell.until(node, id, 'compensated', 'completed');
    expect(ended.asset).toBe('delivered');
    if (ended.status === 'compensated') {
      expect(await cell.ground.nfts(cell.alice.principal.wallet)).toEqual([]);
      expect(new Set(paid).size).toBe(1);
    } else {
      await cell.delivered();
      expect(paid).toEqual([]);
    }
    expect(await node.obligations.list()).toEqual([]);
    await expect(node.obligations.retry(id)).rejects.toMatchObject({ code: 'retry_refused' });
    await expect(node.obligations.compensate(id)).rejects.toMatchObject({ code: 'compensate_refused' });
  });

  it('S10: a compensation that was decided before a crash is paid after it, and no mint follows', async () => {
    const first = await cell.node();
    const id = await cell.awaiting(first);
    await cell.ground.starve();
    await cell.ground.submit(id);
    await cell.until(first, id, 'needs_attention');
    await cell.stop();
    await cell.ground.feed();
    await cell.db.sql(`update nft_upgrade.obligation set settlement = 'compensated', settled_at = now()`);
    const second = await cell.node({ compensator: { settle: async () => ({ kind: 'refund' }) } });
    await second.advance(id);
    expect(await cell.until(second, id, 'compensated')).toMatchObject({ facts: { compensation: { kind: 'refund' } } });
    expect(await cell.ground.nfts(cell.alice.principal.wallet)).toEqual([]);
  });
});
