import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { expect, it } from 'vitest';
import { cidOf } from '../../ipfs/cid.ts';
import { fallbackStore } from '../../ipfs/fallback.ts';
import { added, kuboPeer, uploadIn } from '../../ipfs/fixtures/kubo-peer.ts';
import { kuboStore } from '../../ipfs/kubo.ts';
import type { MintAttempt } from '../../ports/chain.ts';
import type { Service } from '../../service.ts';
import { describeEnvironments } from './environments.fixture.ts';

const times = <T>(count: number, one: () => T): T[] => Array.from({ length: count }, one);

describeEnvironments('deliveries', (environment) => {
  /**
   * An alert goes out, the obligation is a row, and a user who starts again is shown it. Resolves
   * once a retry has delivered.
   */
  const isOwedThenDelivered = async (node: Service, id: string, code: string) => {
    const stuck = await environment.until(node, id, 'needs_attention');
    expect(stuck).toMatchObject({
      asset: 'burned_owed',
      terminal: false,
      now: { code, requiresSupport: true },
    });
    await expect
      .poll(() => environment.alerts)
      .toMatchObject([{ operationId: id, summary: expect.stringContaining(code) }]);
    const obligations = () =>
      environment.db.sql('select operation_id, settlement from nft_upgrade.obligation');
    expect(await obligations()).toEqual([{ operation_id: id, settlement: null }]);
    expect(await environment.begin(node, { key: 'key-00000005' })).toBe(id);
    await environment.harness.feed();
    await node.retry(environment.query(id));
    await environment.until(node, id, 'completed');
    await environment.delivered();
    expect(await obligations()).toEqual([{ operation_id: id, settlement: 'delivered' }]);
    await expect(node.retry(environment.query(id))).rejects.toMatchObject({
      code: 'retry_refused',
    });
  };

  it('M1, M3: an upload that fails is recovered in the open', async () => {
    const node = await environment.node();
    environment.content.fail(
      new NftUpgradeError('metadata_upload_failed', {
        message: 'The pinning service answered 429.',
      }),
    );
    const id = await environment.begin(node, { process: 'claim' });
    await environment.until(node, id, 'completed');
    expect(await environment.history(node, id)).toEqual([
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

  it.each([
    { refusals: 0, outcome: 'the second one takes it, and nobody notices' },
    {
      refusals: 1,
      outcome: 'it fails in the open where the second one is at its limit too, and is tried again',
    },
  ])('M1: a provider at its limit after the burn: $outcome', async ({ refusals }) => {
    const limited = await kuboPeer((response) => response.writeHead(429).end());
    let asked = 0;
    const second = await kuboPeer(async (response, seen) => {
      asked += 1;
      if (asked <= refusals) response.writeHead(429).end();
      else added({ Name: 'content', Hash: await cidOf(await uploadIn(seen)) })(response, seen);
    });
    const node = await environment.node({
      content: fallbackStore([limited, second].map(({ url }) => kuboStore({ url }))),
    });
    const id = await environment.awaiting(node);
    await environment.harness.submit(id);
    await environment.until(node, id, 'completed');
    expect([limited.seen.length, asked]).toEqual([refusals + 1, refusals + 1]);
    const failed = (await node.events({ ...environment.query(id), after: 0 })).filter(
      ({ status }) => status === 'upload_failed',
    );
    expect(failed.map(({ code, retryable }) => ({ code, retryable }))).toEqual(
      times(refusals, () => ({ code: 'metadata_upload_failed', retryable: true })),
    );
    await environment.delivered();
    await Promise.all([limited, second].map((peer) => peer.stop()));
  });

  it.each([
    { lies: 1, outcome: 'is asked again in the open' },
    { lies: 3, outcome: 'leaves the NFT owed until it tells the truth' },
  ])('M2: a store that answers with another CID, $lies times, $outcome', async ({ lies }) => {
    let stored = '';
    let answers = 0;
    const kubo = await kuboPeer(async (response, seen) => {
      stored = await cidOf(await uploadIn(seen));
      answers += 1;
      added({
        Name: 'content',
        Hash: answers > lies ? stored : await cidOf(Buffer.from('another')),
      })(response, seen);
    });
    const node = await environment.node({ content: kuboStore({ url: kubo.url }) });
    const id = await environment.awaiting(node);
    await environment.harness.submit(id);
    if (lies < 3) await environment.until(node, id, 'completed');
    else await isOwedThenDelivered(node, id, 'metadata_cid_mismatch');
    expect(answers).toBe(lies + 1);
    const codes = (await node.events({ ...environment.query(id), after: 0 })).flatMap(
      ({ code }) => code ?? [],
    );
    expect(codes).toContain('metadata_cid_mismatch');
    const { facts } = await node.snapshot(environment.query(id));
    // What stands on the chain was compared with this before the operation was completed.
    expect(facts).toMatchObject({ ipfsHash: stored, metadataUri: `ipfs://${stored}` });
    await environment.delivered();
    await kubo.stop();
  });

  it('M4: an upload that fails for days after the burn is owed, alerted and retried', async () => {
    const node = await environment.node();
    const id = await environment.awaiting(node);
    environment.content.fail(...times(3, () => new NftUpgradeError('metadata_upload_failed')));
    await environment.harness.submit(id);
    await isOwedThenDelivered(node, id, 'metadata_upload_failed');
  });

  it('K6, M4: an authority that cannot pay is owed, called for and retried', async () => {
    const node = await environment.node();
    const id = await environment.awaiting(node);
    await environment.harness.starve();
    await environment.harness.submit(id);
    await isOwedThenDelivered(node, id, 'mint_authority_unfunded');
  });

  it('K5: two nodes on one database deliver once', async () => {
    const [one, two] = [await environment.node(), await environment.node()];
    const id = await environment.awaiting(one);
    await environment.harness.submit(id);
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? one : two).advance(id)),
    );
    await environment.until(two, id, 'completed');
    const events = await one.events({ ...environment.query(id), after: 0 });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    await environment.delivered();
  });

  it('K3: a lost mint is waited for until dead, then made anew at the same address', async () => {
    const sent: MintAttempt[] = [];
    const chain = environment.harness.chain();
    const send: typeof chain.mint.send = async (attempt) => {
      if (sent.push(attempt) === 1) environment.harness.lose(1);
      return chain.mint.send(attempt);
    };
    const node = await environment.node({
      chain: { ...chain, mint: { ...chain.mint, key: chain.mint.key, send } },
    });
    const id = await environment.awaiting(node);
    await environment.harness.submit(id);
    await expect.poll(() => sent.length, { timeout: 30_000 }).toBeGreaterThan(3);
    expect(new Set(sent.map(({ signature }) => signature)).size).toBe(1);
    environment.harness.pass(160);
    const done = await environment.until(node, id, 'completed');
    expect(await environment.delivered()).toBe(done.facts.mintAddress);
    expect(new Set(sent.map(({ mintAddress }) => mintAddress))).toEqual(
      new Set([done.facts.mintAddress]),
    );
    expect(done.facts.transactionSignature).not.toBe(sent[0]?.signature);
  });

  it('K6: a mint that lands with an error is made anew, in the open', async () => {
    const chain = environment.harness.chain();
    let sent = 0;
    const send: typeof chain.mint.send = async (attempt) => {
      sent += 1;
      // Lamports at the address, put there behind its back: an account cannot be created there as
      // it was signed.
      if (sent === 1) await environment.harness.dust(attempt.mintAddress);
      return chain.mint.send(attempt);
    };
    const node = await environment.node({
      chain: { ...chain, mint: { ...chain.mint, key: chain.mint.key, send } },
    });
    const id = await environment.awaiting(node);
    await environment.harness.submit(id);
    const done = await environment.until(node, id, 'completed');
    const failed = (await node.events({ ...environment.query(id), after: 0 })).filter(
      ({ status }) => status === 'mint_failed',
    );
    expect(failed).toMatchObject([{ code: 'mint_failed_on_chain', asset: 'burned_owed' }]);
    const outcomes = await environment.db.sql(
      `select outcome from nft_upgrade.attempt where operation_id = $1 and kind = 'mint'
        order by attempt`,
      [id],
    );
    expect(outcomes).toEqual([
      { outcome: 'mint_failed_on_chain' },
      { outcome: expect.stringMatching(/^minted in slot/) },
    ]);
    expect(await environment.delivered()).toBe(done.facts.mintAddress);
  });

  it.each([
    { row: 'K7', what: 'another account', how: 'account', code: 'mint_address_occupied' },
    { row: 'K8', what: 'an NFT of somebody else', how: 'owner', code: 'mint_mismatch' },
    { row: 'K8', what: 'an NFT with another URI', how: 'uri', code: 'mint_mismatch' },
  ] as const)(
    '$row: $what at the address of the new NFT is no delivery, and needs attention',
    async ({ how, code }) => {
      const paid: string[] = [];
      const compensator = {
        settle: async ({ compensationId }: { compensationId: string }) => ({
          kind: `refund ${paid.push(compensationId)}`,
        }),
      };
      const node = await environment.node({ compensator });
      const id = await environment.awaiting(node);
      await environment.harness.spoil(id, how);
      await environment.harness.submit(id);
      const isStuck = (times: number) =>
        expect.poll(() => environment.alerts.length, { timeout: 30_000 }).toBe(times);
      await isStuck(1);
      expect(await node.snapshot(environment.query(id))).toMatchObject({
        status: 'needs_attention',
        asset: 'burned_owed',
        now: { code },
      });
      // However often it is tried: nothing is minted in its place.
      await node.retry(environment.query(id));
      await isStuck(2);
      expect(
        await environment.db.sql(
          "select 1 from nft_upgrade.attempt where operation_id = $1 and kind = 'mint'",
          [id],
        ),
      ).toEqual([]);
      await node.obligations.compensate(id);
      await environment.until(node, id, 'compensated');
      expect(paid).toHaveLength(1);
    },
  );

  it('K9: a mint that a fork undoes is sent again, to the same address, until final', async () => {
    const sent: string[] = [];
    const chain = environment.harness.chain();
    const send: typeof chain.mint.send = async (attempt) => {
      // The burn is final by now: from here on, nothing is.
      if (sent.push(attempt.mintAddress) === 1) environment.harness.freeze();
      return chain.mint.send(attempt);
    };
    const node = await environment.node({
      chain: { ...chain, mint: { ...chain.mint, key: chain.mint.key, send } },
    });
    const id = await environment.awaiting(node);
    await environment.harness.submit(id);
    await expect.poll(() => sent.length, { timeout: 30_000 }).toBeGreaterThan(0);
    const landed = async () => {
      environment.harness.land();
      return environment.harness.nfts(environment.alice.principal.wallet);
    };
    await expect.poll(landed, { timeout: 30_000 }).toHaveLength(1);
    expect(environment.harness.fork()).toBeGreaterThan(0);
    expect((await node.snapshot(environment.query(id))).status).toBe('minting_new_nft');
    environment.harness.thaw();
    const done = await environment.until(node, id, 'completed');
    expect(await environment.delivered()).toBe(done.facts.mintAddress);
    expect(new Set(sent).size).toBe(1);
  });

  it('S10: an obligation is compensated or delivered, never both', async () => {
    const paid: string[] = [];
    const node = await environment.node({
      compensator: {
        async settle({ compensationId }) {
          paid.push(compensationId);
          if (paid.length === 1) throw new NftUpgradeError('temporarily_unavailable');
          return { kind: 'refund' };
        },
      },
    });
    const id = await environment.awaiting(node);
    await expect(node.obligations.compensate(id)).rejects.toMatchObject({ code: 'not_found' });
    await environment.harness.starve();
    await environment.harness.submit(id);
    await environment.until(node, id, 'needs_attention');
    expect(await node.obligations.list()).toMatchObject([
      {
        operationId: id,
        process: 'upgrade',
        principal: 'alice',
        settlement: null,
        evidence: { code: 'mint_authority_unfunded' },
      },
    ]);
    await environment.harness.feed();
    const decided = await Promise.allSettled([
      node.obligations.compensate(id),
      node.obligations.retry(id),
      node.obligations.compensate(id),
    ]);
    expect(decided.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    const ended = await environment.until(node, id, 'compensated', 'completed');
    expect(ended.asset).toBe('delivered');
    if (ended.status === 'compensated') {
      expect(await environment.harness.nfts(environment.alice.principal.wallet)).toEqual([]);
      expect(new Set(paid).size).toBe(1);
    } else {
      await environment.delivered();
      expect(paid).toEqual([]);
    }
    expect(await node.obligations.list()).toEqual([]);
    await expect(node.obligations.retry(id)).rejects.toMatchObject({ code: 'retry_refused' });
    await expect(node.obligations.compensate(id)).rejects.toMatchObject({
      code: 'compensate_refused',
    });
  });

  it('S10: a compensation decided before a crash is paid after it, with no mint', async () => {
    const first = await environment.node();
    const id = await environment.awaiting(first);
    await environment.harness.starve();
    await environment.harness.submit(id);
    await environment.until(first, id, 'needs_attention');
    await environment.stop();
    await environment.harness.feed();
    await environment.db.sql(
      `update nft_upgrade.obligation set settlement = 'compensated', settled_at = now()`,
    );
    const second = await environment.node({
      compensator: { settle: async () => ({ kind: 'refund' }) },
    });
    await second.advance(id);
    expect(await environment.until(second, id, 'compensated')).toMatchObject({
      facts: { compensation: { kind: 'refund' } },
    });
    expect(await environment.harness.nfts(environment.alice.principal.wallet)).toEqual([]);
  });
});
