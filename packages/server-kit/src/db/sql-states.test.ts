import { describe, expect, it } from 'vitest';
import { type Trouble, troubleOfState } from './sql-states.ts';

const meant: Readonly<Record<Trouble, readonly string[]>> = {
  gone: [
    '08000',
    '08001',
    '08P01',
    '25P03',
    '25P04',
    '40003',
    '53100',
    '53400',
    '57P01',
    '57P02',
    '57P03',
    '57P04',
    '57P05',
    '58030',
  ],
  read_only: ['25006'],
  cancelled: ['57014', '55P03'],
  rolled_back: ['40000', '40001', '40002', '40P01'],
  stale_session: ['26000', '42P05'],
  refused: ['28000', '28P01', '3D000'],
};

describe('what an SQLSTATE says of the database', () => {
  it.each(Object.entries(meant))('%s', (trouble, states) => {
    expect(new Set(states.map((state) => troubleOfState(state, undefined)))).toEqual(
      new Set([trouble]),
    );
  });

  it('nothing, where the statement is to blame', () => {
    for (const state of ['22P02', '23505', '25P02', '42P01', '42501', '55000', 'XX000'])
      expect(troubleOfState(state, undefined)).toBeNull();
  });

  it('of a feature that is not supported only where a cached plan is too old', () => {
    expect(troubleOfState('0A000', 'RevalidateCachedQuery')).toBe('stale_session');
    expect(troubleOfState('0A000', 'transformFromClause')).toBeNull();
  });
});
