import { expect, test } from 'vitest';
import { processes } from '../processes/index.ts';
import { assets } from '../protocol/asset.ts';
import { errorCodes, isErrorCode } from './codes.ts';
import { NftUpgradeError } from './error.ts';
import { createMessages } from './messages.ts';
import { english } from './messages-en.ts';
import { chinese } from './messages-zh.ts';

const codes = Object.keys(errorCodes).filter(isErrorCode);
const statuses = [
  ...new Set(Object.values(processes).flatMap((process) => Object.keys(process.statuses))),
];
const han = /\p{Script=Han}/u;

test('every code, status and asset has its Chinese sentences', () => {
  const zh = createMessages(chinese);
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
  const error = new NftUpgradeError('invalid_option', {
    message: 'timing.pollMs must be a number above 0.',
  });
  expect(en.error(error)).toEqual({ message: error.message, hint: error.hint });
  for (const status of statuses) expect(en.status(status)).not.toContain('_');
  for (const asset of assets) expect(en.asset(asset)).toMatch(/\.$/);
});

test('every further sentence is in both languages, and says something where English does', () => {
  for (const group of [
    'next',
    'connections',
    'wallets',
    'labels',
    'durations',
    'assets',
  ] as const) {
    const zh: Readonly<Record<string, string>> = chinese[group];
    expect(Object.keys(zh), group).toEqual(Object.keys(english[group]));
    for (const [key, sentence] of Object.entries(english[group]))
      expect(/[\p{Script=Han}。]/u.test(zh[key] ?? ''), `${group}.${key}`).toBe(sentence !== '');
  }
});

test('durations are rounded as people say them', () => {
  const en = createMessages();
  expect(en.duration(400, 'step')).toBe('This step usually takes a few seconds.');
  expect(en.duration(21_400, 'step')).toBe('This step usually takes about 21 seconds.');
  expect(en.duration(150_000, 'left')).toBe('Usually about 3 minutes left.');
  expect(createMessages(chinese).duration(21_400, 'left')).toBe('通常还需约 21 秒。');
});

test('a host replaces what it wants, and keeps the rest', () => {
  const mine = createMessages({
    errors: { wallet_rejected: { message: 'Nope.', hint: 'Again?' } },
    statuses: { completed: 'Hooray', polishing: 'Polishing the gem' },
  });
  expect(mine.error(new NftUpgradeError('wallet_rejected'))).toEqual({
    message: 'Nope.',
    hint: 'Again?',
  });
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
