import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCodes, isErrorCode } from './codes.ts';
import { isCode } from './error.ts';
import { ownCodes, signingCodes, usualFacts } from './own-codes.ts';

const locked = JSON.parse(
  readFileSync(new URL('codes.lock.json', import.meta.url), 'utf8'),
) as Record<string, object>;

test.each(Object.entries(locked))('%s means what it meant: hosts switch on it', (code, facts) => {
  expect(isErrorCode(code) && errorCodes[code]).toMatchObject(facts);
});

test('every code is locked', () => {
  expect(Object.keys(errorCodes).filter((code) => !Object.hasOwn(locked, code))).toEqual([]);
});

test('what a page knows of a code is what the table says', () => {
  for (const [code, facts] of Object.entries({ ...ownCodes, ...signingCodes })) {
    expect(isErrorCode(code) && errorCodes[code]).toMatchObject(facts);
    expect(facts).not.toEqual(usualFacts);
  }
});

test('a code is a name', () => {
  for (const code of ['burn_missing', 'aborted', 'code_of_a_newer_server_2'])
    expect(isCode(code)).toBe(true);
  for (const other of ['', ' ', 'Burn', 'toString', 'burn_missing burn_wrong_amount', '2nd', null])
    expect(isCode(other)).toBe(false);
});
