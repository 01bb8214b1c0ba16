import { expect, test } from 'vitest';
import { processes } from '../processes/index.ts';
import { assets } from '../protocol/envelope.ts';
import { errorCodes, isErrorCode } from './codes.ts';
import { NftUpgradeError } from './error.ts';
import { createMessages } from './messages.ts';

const codes = Object.keys(errorCodes).filter(isErrorCode);
const statuses = [...new Set(Object.values(processes).flatMap((process) => Object.keys(process.statuses)))];
const han = /\p{Script=Han}/u;

test('every code, status and asset has its Chinese sentences', () => {
  const zh = createMessages('zh');
  const untranslated = codes.filter((code) => {
    const { message, hint } = zh.error(new NftUpgradeError(code));
    return !han.test(message) || !han.test(hint);
  });
  expect(untranslated).toEqual([]);
  expect(statuses.filter((status) => !han.test(zh.status(status)))).toEqual([]);
  expect(assets.filter((asset) => !han.test(zh.asset(asset)))).toEqual([]);
});

test('English tells what the error knows, and has a sentence for every status and asset', () => {
  const en = createMessages();
  const error = new NftUpgradeError('invalid_option', { message: 'timing.pollMs must be a number above 0.' });
  expect(en.error(error)).toEqual({ message: error.message, hint: error.hint });
  for (const status of statuses) expect(en.status(status)).not.toContain('_');
  for (const asset of assets) expect(en.asset(asset)).toMatch(/\.$/);
});

test('a host replaces what it wants, and keeps the rest', () => {
  const mine = createMessages({
    errors: { wallet_rejected: { message: 'Nope.', hint: 'Again?' } },
    statuses: { completed: 'Hooray', polishing: 'Polishing the gem' },
  });
  expect(mine.error(new NftUpgradeError('wallet_rejected'))).toEqual({ message: 'Nope.', hint: 'Again?' });
  expect(mine.error(new NftUpgradeError('aborted')).message).toBe(errorCodes.aborted.message);
  expect([mine.status('completed'), mine.status('polishing'), mine.status('cancelled')]).toEqual([
    'Hooray',
    'Polishing the gem',
    'Cancelled',
  ]);
});

test('what a newer server sends stays readable, whatever it is called', () => {
  const en = createMessages();
  expect(en.status('polishing_nft')).toBe('Polishing nft');
  expect(en.status('constructor')).toBe('Constructor');
});
