import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { aboutOperation } from '../client/api.ts';
import type * as own from './index.ts';
import {
  type ErrorCode,
  errorCodes,
  isNftUpgradeError,
  NftUpgradeError,
  toNftUpgradeError,
} from './index.ts';

/** The same package once more, as a second version of it in one bundle would be. */
async function otherCopy(): Promise<typeof own> {
  const { outputFiles } = await build({
    entryPoints: [`${import.meta.dirname}/index.ts`],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
  });
  const text = outputFiles[0]?.text ?? '';
  return (await import(
    `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`
  )) as typeof own;
}

describe('an error', () => {
  it('has an address of its own for every code, with a section in the documentation', () => {
    const codes = Object.keys(errorCodes) as ErrorCode[];
    const documented = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8');
    const sections = new Set([...documented.matchAll(/^## (\w+)$/gm)].map(([, code]) => code));
    expect(sections).toEqual(new Set(codes));
    const addresses = codes.map((code) => new NftUpgradeError(code).docs);
    expect(new Set(addresses).size).toBe(codes.length);
    for (const [index, address] of addresses.entries())
      expect(new URL(address).hash).toBe(`#${codes[index]}`);
  });

  it('says who can act, where the asset is, which operation, and what led to it', () => {
    const root = new TypeError('socket hang up');
    const lost = toNftUpgradeError(root, 'connection_lost');
    const gaveUp = new NftUpgradeError('connection_gave_up', {
      cause: lost,
      operationId: 'upg_1',
      asset: 'burned_owed',
    });
    expect(gaveUp).toMatchObject({
      code: 'connection_gave_up',
      actor: 'network',
      retryable: true,
      operationId: 'upg_1',
      asset: 'burned_owed',
    });
    expect(gaveUp.cause).toBe(lost);
    expect(lost.cause).toBe(root);
    expect(toNftUpgradeError(gaveUp, 'internal')).toBe(gaveUp);
  });

  it('keeps code, details and cause when the operation is added to it', () => {
    const bare = new NftUpgradeError('wallet_rejected', {
      details: { status: 400 },
      cause: new Error('4001'),
      message: 'No.',
    });
    const complete = aboutOperation(bare, 'upg_1', 'safe');
    expect(complete).toMatchObject({
      code: 'wallet_rejected',
      message: 'No.',
      details: { status: 400 },
      operationId: 'upg_1',
      asset: 'safe',
    });
    expect(complete.cause).toBe(bare.cause);
    expect(aboutOperation(complete, 'upg_2', 'delivered')).toBe(complete);
  });

  it('shows no cause, no stack and no request where it is logged as JSON', () => {
    const json = JSON.stringify(
      new NftUpgradeError('internal', { cause: new Error('secret in the cause') }),
    );
    expect(json).not.toMatch(/secret|stack|cause/);
    expect(JSON.parse(json)).toMatchObject({
      name: 'NftUpgradeError',
      code: 'internal',
      actor: 'operator',
    });
  });

  it('is recognised across two copies of the package in one bundle', async () => {
    const other = await otherCopy();
    const foreign = new other.NftUpgradeError('rate_limited');
    expect(foreign instanceof NftUpgradeError).toBe(false);
    expect(isNftUpgradeError(foreign)).toBe(true);
    expect(toNftUpgradeError(foreign, 'internal')).toBe(foreign);
    expect(other.isNftUpgradeError(new NftUpgradeError('rate_limited'))).toBe(true);
    for (const stranger of [
      null,
      undefined,
      'rate_limited',
      new Error('x'),
      { code: 'rate_limited' },
    ])
      expect(isNftUpgradeError(stranger)).toBe(false);
  });
});
