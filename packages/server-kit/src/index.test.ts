import { expect, test } from 'vitest';
import * as entry from './index.ts';

test('the public names of the entry', () => {
  expect(Object.keys(entry).sort()).toEqual([
    'createEmitter',
    'createHandler',
    'createService',
    'databaseJournal',
    'ed25519Receipts',
    'failurePayload',
    'hmacReceipts',
    'isUniqueViolation',
    'jsonLog',
    'memoryJournal',
    'plainReceipts',
    'redact',
  ]);
});
