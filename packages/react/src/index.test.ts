import { expect, test } from 'vitest';
import * as guide from './guide.ts';
import * as entry from './index.ts';

test('the public names of the entries', () => {
  expect(Object.keys(entry).sort()).toEqual([
    'UpgradeProvider',
    'useActionProps',
    'useBadgeActivation',
    'useConnection',
    'useDescription',
    'useLiveProps',
    'useMessages',
    'useNftClaim',
    'useNftUpgrade',
    'useOpenOperations',
    'useOperation',
    'useProcess',
    'useProgressProps',
    'useStepProps',
    'useUpgradeClient',
  ]);
  expect(Object.keys(guide)).toEqual(['useNFTUpgradeSSE']);
});
