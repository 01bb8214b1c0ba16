import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { burnMemo, formerBurnMemo } from '@aiw3/nft-upgrade/solana';
import { expect, it } from 'vitest';
import { deploymentTag } from '../../deployment.ts';
import type { ContentStore } from '../../ports/content-store.ts';
import type { Service } from '../../service.ts';
import type { Holder } from '../../testing/chain-harness/chain-harness.ts';
import { describeEnvironments } from './environments.fixture.ts';

const byText = (a: string, b: string) => (a < b ? -1 : 1);
const done = ['completed', 'needs_attention', 'qualification_failed', 'burn_failed', 'error'];

describeEnvironments('identity', (environment) => {
  /** Rules under which each user has the NFT of its own. */
  const rulesOf = (...holders: readonly Holder[]) => {
    const nftOf = ({ id }: { id: string }) =>
      holders.find(({ principal }) => principal.id === id)?.mint ?? environment.alice.mint;
    const { upgrade, ...others } = environment.host.rules;
    return {
      ...others,
      upgrade: {
        ...upgrade,
        subject: async ({ principal }: { principal: { id: string } }) => `nft:${nftOf(principal)}`,
        qualify: async (operation: Parameters<typeof upgrade.qualify>[0]) => {
          const answer = await upgrade.qualify(operation);
          if (!answer.qualified) return answer;
          const currentNFT = {
            ...answer.facts.currentNFT,
            mintAddress: nftOf(operation.principal),
          };
          return { ...answer, facts: { ...answer.facts, currentNFT } };
        },
      },
    };
  };
  const of = (holder: Holder, operationId: string) => ({
    process: 'upgrade',
    operationId,
    principal: holder.principal,
  });
  const ended = async (node: Service, holder: Holder, operationId: string) => {
    const read = () => node.snapshot(of(holder, operationId));
    await expect
      .poll(async () => done.includes((await read()).status), { timeout: 60_000 })
      .toBe(true);
    return read();
  };
  const addressFor = (mint: string) => {
    const { chain, standard } = environment.harness;
    const { mint: port } = chain();
    return port.address({ identity: `burned:${mint}`, key: port.key, standard });
  };
  const tag = () => deploymentTag(environment.harness.chain().mint.key);

  it.each([
    ['the former form', (id: string) => formerBurnMemo(id)],
    ['the form of today', (id: string) => burnMemo({ operationId: id, deployment: tag() })],
  ])(
    "A1: a stranger's memo in %s that names another user's operation takes nothing from it",
    async (_, memoOf) => {
      const { alice } = environment;
      const mallory = await environment.harness.holder('mallory');
      // The store is away, so Alice's NFT is burned and still owed.
      let away = true;
      const { store } = environment.content;
      const content: ContentStore = {
        ...store,
        put: (bytes) =>
          away ? Promise.reject(new NftUpgradeError('metadata_upload_failed')) : store.put(bytes),
      };
      const node = await environment.node({ rules: rulesOf(alice, mallory), content });
      const id = await environment.awaiting(node);
      await environment.harness.submit(id);
      await environment.until(node, id, 'needs_attention');

      await environment.harness.burnWith(mallory, memoOf(id));
      away = false;
      const theirs = await environment.begin(node, { principal: mallory.principal });
      expect(await ended(node, mallory, theirs)).toMatchObject({
        status: 'qualification_failed',
        now: { code: 'nft_not_owned' },
      });
      await node.obligations.retry(id);
      const delivered = await environment.until(node, id, 'completed');
      expect(delivered.facts.mintAddress).toBe(await addressFor(alice.mint));
      expect(await environment.harness.nfts(alice.principal.wallet)).toEqual([
        delivered.facts.mintAddress,
      ]);
      expect(await environment.harness.nfts(mallory.principal.wallet)).toEqual([]);

      // People are alerted, once, and may honour it: it gets an address of its own.
      await environment.begin(node, { principal: mallory.principal });
      const listed = await node.unboundBurns.list();
      expect(listed).toMatchObject([
        { mint: mallory.mint, principal: 'mallory', memo: memoOf(id), decision: 'open' },
      ]);
      const asked = () =>
        environment.alerts.filter(({ summary }) => summary.includes('burns list'));
      await expect.poll(asked, { timeout: 30_000 }).toHaveLength(1);
      await node.unboundBurns.decide(mallory.mint, 'honoured', 'olga');
      const held = () => environment.harness.nfts(mallory.principal.wallet);
      await expect.poll(held, { timeout: 60_000 }).toEqual([await addressFor(mallory.mint)]);
      expect(asked()).toHaveLength(1);
      await expect(
        node.unboundBurns.decide(mallory.mint, 'declined', 'olga'),
      ).rejects.toMatchObject({ code: 'not_found' });
    },
  );

  it('A1: a second burn that names a delivered operation does not get its NFT', async () => {
    const { alice } = environment;
    const node = await environment.node({ rules: rulesOf(alice) });
    const id = await environment.awaiting(node);
    await environment.harness.submit(id);
    const first = await environment.until(node, id, 'completed');
    const second = await environment.harness.another(alice);
    await environment.harness.burnWith(second, formerBurnMemo(id));
    Object.assign(environment.alice, second);
    const again = await environment.begin(node);
    expect(await ended(node, second, again)).toMatchObject({ status: 'qualification_failed' });
    await node.unboundBurns.decide(second.mint, 'honoured', 'olga');
    const held = () => environment.harness.nfts(alice.principal.wallet);
    await expect
      .poll(async () => (await held()).sort(byText), { timeout: 60_000 })
      .toEqual([String(first.facts.mintAddress), await addressFor(second.mint)].sort(byText));
  });

  it('A1: a plain burn counts for nobody until it is honoured; declined is declined', async () => {
    const { alice } = environment;
    const node = await environment.node();
    await environment.harness.burnOutside(alice);
    const first = await environment.begin(node);
    await environment.until(node, first, 'qualification_failed');
    await expect.poll(() => node.unboundBurns.list(), { timeout: 30_000 }).toHaveLength(1);
    await node.unboundBurns.decide(alice.mint, 'declined', 'olga');
    await environment.until(node, await environment.begin(node), 'qualification_failed');
    expect(await environment.harness.nfts(alice.principal.wallet)).toEqual([]);
    expect(await node.unboundBurns.list()).toEqual([]);
    expect(await node.unboundBurns.list({ all: true })).toMatchObject([
      { mint: alice.mint, decision: 'declined' },
    ]);
  });

  it('A1: who burns for an operation that lives gets nothing for another one', async () => {
    const { alice } = environment;
    const node = await environment.node();
    const id = await environment.awaiting(node);
    const bob = { ...alice.principal, id: 'bob' };
    const taken = await environment.begin(node, { principal: bob });
    expect(await ended(node, { ...alice, principal: bob }, taken)).toMatchObject({
      status: 'qualification_failed',
      now: { code: 'nft_in_use' },
    });
    await environment.harness.submit(id);
    await environment.until(node, id, 'completed');
    expect(await environment.delivered()).toBe(await addressFor(alice.mint));
  });

  it('A3: two databases with one authority exchange one NFT once, at one address', async () => {
    const { alice, db } = environment;
    const node = await environment.node();
    const id = await environment.awaiting(node);
    // The other database: the same, as if this operation had never been in it.
    await environment.stop();
    const rows = await db.sql('select 1 from nft_upgrade.operation where id = $1', [id]);
    expect(rows).toHaveLength(1);
    await environment.harness.burnOutside(alice);
    const first = await environment.node();
    const done = await environment.until(first, id, 'completed');
    await environment.stop();
    await environment.wipe();
    const second = await environment.node();
    const other = await environment.begin(second);
    await environment.until(second, other, 'qualification_failed');
    await second.unboundBurns.decide(alice.mint, 'honoured', 'olga');
    const completed = () =>
      db.sql("select 1 from nft_upgrade.operation where status = 'completed'");
    await expect.poll(completed, { timeout: 60_000 }).toHaveLength(1);
    expect(await environment.delivered()).toBe(done.facts.mintAddress);
  });

  it('A3: a burn for another deployment is not paid for by this one', async () => {
    const { alice } = environment;
    const other = burnMemo({ operationId: 'upg_elsewhere', deployment: deploymentTag('staging') });
    await environment.harness.burnWith(alice, other);
    const node = await environment.node();
    const id = await environment.begin(node);
    await environment.until(node, id, 'qualification_failed');
    expect(await environment.harness.nfts(alice.principal.wallet)).toEqual([]);
    await expect
      .poll(() => node.unboundBurns.list(), { timeout: 30_000 })
      .toMatchObject([{ mint: alice.mint, memo: other }]);
  });

  it('A3: the deployment is stored once, outlives keys, and becomes no other', async () => {
    const first = environment.harness.chain().mint.key;
    const memo = async () => {
      const [row] = await environment.db.sql<{ memo: string }>(
        "select data->>'memo' as memo from nft_upgrade.attempt where kind = 'burn'",
      );
      return row?.memo;
    };
    await environment.node();
    await environment.stop();
    await environment.harness.rotate();
    const id = await environment.awaiting(await environment.node());
    expect(await memo()).toBe(burnMemo({ operationId: id, deployment: deploymentTag(first) }));
    await expect(environment.node({ deployment: 'another' })).rejects.toMatchObject({
      code: 'invalid_option',
      message: expect.stringContaining(`belongs to the deployment ${first}`),
    });
    await environment.node({ deployment: first });
  });
});
