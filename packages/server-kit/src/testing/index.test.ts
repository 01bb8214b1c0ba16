import { expect, test } from 'vitest';
import * as entry from './index.ts';

test('the public names of the entry', () => {
  expect(Object.keys(entry).sort()).toEqual([
    'adapterSuite',
    'closeDatabases',
    'crashEverywhere',
    'createMortal',
    'databases',
    'journalFaults',
    'journalSuite',
    'memoryChain',
    'memoryContent',
    'memoryOperations',
    'permissiveRules',
    'readOperations',
    'startChain',
    'startPostgres',
    'testDatabaseUrl',
    'untilStatus',
  ]);
});
