import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCodes, isErrorCode } from './codes.ts';
import { isCode } from './error.ts';
import { otherCodes, ownCodes } from './own-codes.ts';

const locked = JSON.parse(readFileSync(new URL('codes.lock.json', import.meta.url), 'utf8')) as Record<string, object>;

test.each(Object.entries(locked))('%s means what it meant: hosts switch on it', (code, facts) => {
  expect(isErrorCode(code) && errorCodes[code]).toMatchObject(facts);
});

test('every code is locked', () => {
  expect(Object.keys(errorCodes).filter((code) => !Object.hasOwn(locked, code))).toEqual([]);
});

test('a page knows every code, some of them by name alone', () => {
  const names = [...Object.keys(ownCodes), ...otherCodes.split(' ')];
  expect(names.sort()).toEqual(Object.keys(errorCodes).sort());
  for (const code of ['burn_missing', 'aborted']) expect(isCode(code)).toBe(true);
  for (const other of ['', ' ', 'burn', 'toString', 'burn_missing burn_wrong_amount', null]) expect(isCode(other)).toBe(false);
});
