import { describe, expect, test } from 'vitest';
import * as f from './fixtures.ts';
import { judge, replace, rules } from './fixtures.ts';

const PRICE = 1;
const BURN = 3;

describe('W8: what wallets add is safe after signing', () => {
  const signed = { signers: [f.owner] };
  test.each(['legacy', 0] as const)('nothing added, version %s', (version) =>
    expect(judge(f.honest(), { ...signed, version }, 'after').safe).toBe(true),
  );
  test('Lighthouse before and after ours, and a price within the cap', () => {
    const added = [
      f.unitLimit(200_000),
      f.unitPrice(50_000),
      f.assertion(6),
      f.memo(),
      f.burnChecked(),
      f.close(),
      f.assertion(),
      f.assertion(9),
    ];
    expect(judge(added, signed, 'after')).toMatchObject({ safe: true, maxFeeLamports: 15_000n });
  });
  test('not Lighthouse where the policy forbids it', () =>
    expect(
      rules(judge([f.assertion(), ...f.honest()], signed, 'after', { allowLighthouse: false })),
    ).toEqual(['assertion']));
  test.each([0, 1, 16, 17, 255])(
    'W7: not the Lighthouse instruction %i, which does more than compare',
    (tag) =>
      expect(rules(judge([f.assertion(tag), ...f.honest()], signed, 'after'))).toEqual([
        'not_allowed',
      ]),
  );
});

describe('W7: refused before the broadcast', () => {
  test('without the signature of the owner', () =>
    expect(rules(judge(f.honest(), {}, 'after'))).toEqual(['signature_missing']));
  test('signed by the sponsor alone', () => {
    const feePayer = f.stranger.publicKey;
    const verdict = judge(f.honest(), { feePayer, signers: [f.stranger] }, 'after', {
      feePayer: feePayer.toBase58(),
    });
    expect(rules(verdict)).toEqual(['signature_missing']);
  });
  test('another message', () =>
    expect(
      rules(
        judge(replace(BURN, f.burnChecked({ mint: f.otherMint })), { signers: [f.owner] }, 'after'),
      ),
    ).toEqual(['burn']));
  test('signed by another account', () =>
    expect(
      rules(
        judge(
          [
            f.memo(undefined, [f.stranger.publicKey]),
            f.burnChecked({ authority: f.stranger.publicKey }),
          ],
          { feePayer: f.stranger.publicKey, signers: [f.stranger] },
          'after',
        ),
      ),
    ).toContain('signers'));
  test('a price over the cap', () =>
    expect(
      rules(judge(replace(PRICE, f.unitPrice(10n ** 9n)), { signers: [f.owner] }, 'after')),
    ).toEqual(['priority_fee']));
});
