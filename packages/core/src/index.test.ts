import { expect, test } from 'vitest';
import * as entry from './index.ts';

test('the public names of the entry', () => {
  expect(Object.keys(entry).sort()).toEqual([
    'NftUpgradeError',
    'acrossTabs',
    'actionsOf',
    'assets',
    'availableActions',
    'badgeActivation',
    'chinese',
    'claim',
    'createMessages',
    'createPlace',
    'createTimeline',
    'createUpgradeClient',
    'defaultLimits',
    'defaultTiming',
    'describeOperation',
    'errorCodes',
    'isCommitted',
    'isDelivered',
    'isErrorCode',
    'isNftUpgradeError',
    'isStuck',
    'processes',
    'progressAria',
    'replayTimeline',
    'stepList',
    'stepsOf',
    'toNftUpgradeError',
    'unfollowed',
    'upgrade',
    'usualOf',
    'walletSigning',
  ]);
});
