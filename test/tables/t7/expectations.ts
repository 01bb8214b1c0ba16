import { isNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { expect } from 'vitest';
import type { Fault, Outcome } from './environment.ts';

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;

/** What the caller of the database was given. */
export function expectErrors(errors: readonly unknown[], outcome: Outcome, fault: Fault): void {
  if (outcome === 'unnoticed') {
    expect(errors).toEqual([]);
    return;
  }
  const codes = new Set(errors.map(codeOf));
  if (outcome === 'waits') {
    expect(codes).toEqual(new Set(['database_unavailable']));
    expect(errors.every(isNftUpgradeError)).toBe(true);
  } else {
    // The queue reports in the words of this package.
    codes.delete('internal');
    expect(codes).toEqual(new Set([fault.state]));
  }
}

/** What the client was answered until it was served. */
export async function expectRefusals(
  refusals: readonly Response[],
  outcome: Outcome,
): Promise<void> {
  if (outcome === 'unnoticed') return expect(refusals).toEqual([]);
  const expected =
    outcome === 'waits'
      ? { status: 503, code: 'database_unavailable' }
      : { status: 500, code: 'internal' };
  expect(refusals.length, 'refusals').toBeGreaterThan(0);
  for (const refusal of refusals) {
    expect(refusal.status).toBe(expected.status);
    const text = await refusal.text();
    expect(JSON.parse(text)).toMatchObject(expected);
    expect(text).not.toContain('injected');
    if (outcome === 'waits') expect(Number(refusal.headers.get('retry-after'))).toBeGreaterThan(0);
  }
}

/** Statuses that tell a user, or a budget, that something failed. */
export const failures = (history: readonly string[]): string[] =>
  history.filter((status) => /failed|error|recovering|needs_attention/.test(status));
