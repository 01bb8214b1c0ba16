import { expect, test } from 'vitest';
import * as entry from './index.ts';
import * as msw from './msw.ts';

test('the public names of the entry', () => {
  expect(Object.keys(entry).sort()).toEqual([
    'createMockServer',
    'faults',
    'keypairWallet',
    'mockSigning',
    'recording',
    'sampleEvent',
    'sampleEvents',
    'samplePayload',
    'samplePayloads',
    'sampleWalk',
    'scenario',
    'scenarios',
    'virtualTime',
  ]);
  expect(Object.keys(msw)).toEqual(['upgradeHandlers']);
});
