import { expect, it } from 'vitest';
import { attacks } from '../../solana/fixtures/attacks/index.ts';
import type { Attack } from '../../solana/fixtures/attacks/setup.ts';
import { describeEnvironments } from './environments.fixture.ts';

/**
 * The chain port sees through each of them in attacks.test.ts; here is what the engine makes of
 * each answer, one forgery for each.
 */
const answerTo = ({ code, refusedAs = code, seenAs, issued }: Attack) =>
  `${issued ? 'not handed out' : (seenAs ?? 'refused')} ${refusedAs}`;
const tried = attacks.filter(
  (attack, index) => attacks.findIndex((other) => answerTo(other) === answerTo(attack)) === index,
);

/** A node that looks when the test asks it to, and at no other time. */
const passive = { watchMs: 600_000, sweepMs: 600_000, takeoverMs: 600_000 };

describeEnvironments('forged burns', (environment) => {
  const staged = async (attack: Attack) => {
    const { holder, forge } = await environment.harness.stage(attack);
    Object.assign(environment.alice, holder);
    return forge;
  };
  const nothingIsMinted = async () =>
    expect(
      await environment.db.sql("select 1 from nft_upgrade.attempt where kind = 'mint'"),
    ).toEqual([]);

  it.each(tried.filter(({ issued }) => issued))(
    'B10: nobody is asked for a burn that could be undone: $name',
    async (attack) => {
      await staged(attack);
      const node = await environment.node();
      const ended = await environment.until(
        node,
        await environment.begin(node),
        'qualification_failed',
      );
      expect(ended).toMatchObject({
        asset: 'safe',
        now: {
          code: 'nft_unsupported',
          actor: 'user',
          requirements: [{ code: 'nft_unsupported' }],
        },
      });
      expect(
        await environment.db.sql("select 1 from nft_upgrade.attempt where kind = 'burn'"),
      ).toEqual([]);
    },
  );

  it.each(tried.filter(({ issued, seenAs }) => !issued && !seenAs))(
    'B10: $name → $code, and nothing is minted for it',
    async (attack) => {
      const { code, refusedAs = code } = attack;
      const forge = await staged(attack);
      const node = await environment.node(passive);
      const id = await environment.awaiting(node);
      const { signature: burnTxSignature, attempt } = await forge(id);
      // What the forger would have to have been handed out.
      if (attempt)
        await environment.db.sql(
          "update nft_upgrade.attempt set data = $2 where operation_id = $1 and kind = 'burn'",
          [id, attempt],
        );
      const confirmation = { burnTxSignature };
      await expect(
        node.confirmBurn({ ...environment.query(id), confirmation }),
      ).rejects.toMatchObject({
        code: refusedAs,
      });
      expect(
        await environment.db.sql('select signature, refused from nft_upgrade.burn_signature'),
      ).toEqual([{ signature: burnTxSignature, refused: refusedAs }]);
      const isHeld = (await environment.harness.nfts(environment.alice.principal.wallet)).includes(
        environment.alice.mint,
      );
      for (let look = 0; look < 3; look += 1) await node.advance(id);
      const seen = await node.snapshot(environment.query(id));
      expect(seen).toMatchObject(
        isHeld
          ? { status: 'awaiting_burn' }
          : // Nobody is told that an NFT is safe that is nowhere: people decide.
            { status: 'verifying_burn', asset: 'at_risk' },
      );
      await nothingIsMinted();
    },
  );

  it.each(tried.filter(({ seenAs }) => seenAs === 'burned_elsewhere'))(
    'B7: $name: honoured for the one operation of this NFT',
    async (attack) => {
      const forge = await staged(attack);
      const node = await environment.node();
      const id = await environment.awaiting(node);
      const { signature } = await forge(id);
      expect((await environment.until(node, id, 'completed')).facts.burnTxSignature).toBe(
        signature,
      );
      await environment.delivered();
    },
  );

  it.each(tried.filter(({ seenAs }) => seenAs === 'failed'))(
    'B4, B10: $name: another one is handed out',
    async (attack) => {
      const forge = await staged(attack);
      const node = await environment.node(passive);
      const id = await environment.awaiting(node);
      const { signature: burnTxSignature } = await forge(id);
      await node.confirmBurn({ ...environment.query(id), confirmation: { burnTxSignature } });
      await node.advance(id);
      expect(await node.snapshot(environment.query(id))).toMatchObject({
        status: 'awaiting_burn',
        now: { code: attack.code },
      });
      await nothingIsMinted();
    },
  );
});
