import { expect, test } from 'vitest';
import * as entry from './index.ts';

test('the public names of the entry', () => {
  expect(Object.keys(entry).sort()).toEqual([
    'NftUpgradeError',
    'acrossTabs',
    'actionsOf',
    'assets',
    'badgeActivation',
    'claim',
    'createMessages',
    'createTimeline',
    'createUpgradeClient',
    'defaultLimits',
    'defaultTiming',
    'errorCodes',
    'isCommitted',
    'isDelivered',
    'isErrorCode',
    'isNftUpgradeError',
    'processes',
    'refusingGuard',
    'replayTimeline',
    'toNftUpgradeError',
    'upgrade',
  ]);
});
