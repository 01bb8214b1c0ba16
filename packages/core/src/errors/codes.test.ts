import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCodes, isErrorCode } from './codes.ts';

const locked = JSON.parse(readFileSync(new URL('codes.lock.json', import.meta.url), 'utf8')) as Record<string, object>;

test.each(Object.entries(locked))('%s means what it meant: hosts switch on it', (code, facts) => {
  expect(isErrorCode(code) && errorCodes[code]).toMatchObject(facts);
});

test('every code is locked', () => {
  expect(Object.keys(errorCodes).filter((code) => !Object.hasOwn(locked, code))).toEqual([]);
});
