import { describe, expect, it } from 'vitest';
import { processes, upgrade } from '../processes/index.ts';
import { check } from './check.ts';
import { definePhase, defineProcess, status } from './define.ts';

const one = (statuses: Parameters<typeof definePhase>[1]['statuses'], entries = ['a']) =>
  defineProcess({
    name: 'p',
    version: 1,
    path: 'p',
    idPrefix: 'p',
    input: {},
    phases: [definePhase('only', { entries, statuses })],
  });

describe('check', () => {
  it.each(Object.values(processes))('finds nothing wrong with $name', (process) => {
    expect(check(process)).toEqual([]);
  });

  it('names a status that leads nowhere known', () => {
    expect(check(one({ a: status(0, 'safe', { to: ['b'] }) }))).toContain(
      'p: a leads to b, which does not exist',
    );
  });

  it('names a status that cannot be reached', () => {
    expect(check(one({ a: status(0, 'safe'), b: status(0, 'safe') }))).toEqual([
      'p: b can never be reached',
    ]);
  });

  it('names a dead end', () => {
    expect(
      check(one({ a: status(0, 'safe', { to: ['b'] }), b: status(0, 'safe', { to: ['a'] }) })),
    ).toContain('p: a can reach no end');
  });

  it('names a missing entry and a progress that is none', () => {
    expect(check(one({ a: status(0, 'safe') }, ['z']))).toHaveLength(1);
    expect(check(one({ a: status(101, 'safe') }))).toEqual([
      'p: a has a progress of 101, outside of 0 to 100',
    ]);
  });

  it('I3: names every way out of a debt that is not a delivery', () => {
    const broken = one({
      a: status(0, 'burned_owed', { to: ['b', 'c'] }),
      b: status(0, 'safe'),
      c: status(0, 'delivered'),
    });
    expect(check(broken)).toEqual([
      'p: a owes an asset, yet leads to b, which says “safe”',
      'p: a owes an asset, yet may end in b',
    ]);
  });
});

describe('the upgrade, as derived', () => {
  it('carries the debt through the phases after the burn', () => {
    const asset = Object.fromEntries(
      Object.values(upgrade.statuses).map((it) => [it.status, it.asset]),
    );
    expect(asset).toMatchObject({
      awaiting_burn: 'safe',
      verifying_burn: 'at_risk',
      uploading_metadata: 'burned_owed',
      recovering: 'burned_owed',
      updating_records: 'delivered',
    });
    expect(processes.claim.statuses).toMatchObject({
      uploading_metadata: { asset: 'safe' },
      updating_records: { asset: 'delivered' },
    });
    expect(processes.badge_activation.statuses).toMatchObject({ completed: { asset: 'safe' } });
  });

  it('resolves `next` to the entries of the phase that follows in this process', () => {
    expect(upgrade.statuses.qualification_verified?.to).toEqual([
      'awaiting_burn',
      'burn_verified',
      'cancelled',
      'error',
    ]);
    expect(processes.claim.statuses.qualification_verified?.to).toEqual([
      'uploading_metadata',
      'cancelled',
      'error',
    ]);
    expect(processes.badge_activation.statuses.qualification_verified?.to).toEqual([
      'updating_records',
      'cancelled',
      'error',
    ]);
  });

  it('lets a shared status lead to the work of each phase that shares it', () => {
    expect(upgrade.statuses.recovering).toMatchObject({
      phase: null,
      to: ['uploading_metadata', 'needs_attention', 'minting_new_nft'],
    });
  });
});
