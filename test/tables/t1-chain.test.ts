import { afterAll, beforeAll } from 'vitest';
import {
  type BurnStatus,
  burnStatuses,
  burnWindows,
} from '../../packages/server-kit/src/phases/burn/decision.ts';
import {
  type MintStatus,
  mintStatuses,
} from '../../packages/server-kit/src/phases/mint-decision.ts';
import { type Environment, openEnvironment } from './t1/environment.ts';
import {
  type BurnName,
  burnObservations,
  everyBurnKind,
  everyMintKind,
  type Height,
  heights,
  type MintName,
  mintObservations,
} from './t1/observations.ts';
import { type Outcome, runBurn, runMint } from './t1/run.ts';
import { axis, axisBy, each, impossible, type Table } from './table.ts';
import { testTable } from './test-table.ts';

let environment: Environment | undefined;
beforeAll(async () => {
  environment = await openEnvironment();
});
afterAll(() => environment?.stop());

/** What a fresh transaction meets. `paused`: its simulation fails. */
const renewals = {
  possible: null,
  no_sol: 'insufficient_sol',
  frozen: 'nft_frozen',
  paused: 'simulation_failed',
  left: 'nft_not_owned',
  weather: 'rpc_unavailable',
} as const;
type Renewal = keyof typeof renewals;
/** What is told is told with the code; the look before contradicts an NFT that has left. */
const kindOf = (renewal: Renewal) =>
  renewal === 'possible' || renewal === 'left' || renewal === 'weather' ? renewal : 'refused';

const burnNames = [
  ...new Set([...Object.values(everyBurnKind), ...(Object.keys(burnObservations) as BurnName[])]),
];
const mintNames = [
  ...new Set([...Object.values(everyMintKind), ...(Object.keys(mintObservations) as MintName[])]),
];
const isBurn = (name: BurnName | MintName): name is BurnName => name in burnObservations;

const axes = [
  axis('status', [...burnStatuses, ...mintStatuses] as (BurnStatus | MintStatus)[]),
  axis('observation', [...burnNames, ...mintNames] as (BurnName | MintName)[]),
  axis('height', heights as readonly Height[]),
  axis('window', burnWindows),
  axisBy('renewal', Object.keys(renewals) as Renewal[], kindOf),
] as const;

/** Nothing is built: two of the refusals, which have a meaning of their own there, are left out. */
const always = (outcome: Outcome) => ({
  ...each(['possible', 'refused'], outcome),
  ...each(['left', 'weather'], notBuilt),
});
const notBuilt = impossible('No transaction is built here.');
const anyWindow = (outcome: Outcome) => each(['open', 'closed'], always(outcome));
const everywhere = (outcome: Outcome) => each(heights, anyWindow(outcome));
const alive = impossible('Beyond the life of every attempt it cannot be: it is seen as dead.');
const landed = impossible('A height that has passed the attempts is what makes it dead.');
const renewed = {
  possible: 'renewed',
  refused: 'explained',
  weather: 'explained',
  left: 'waits',
} as const;
const inTime = { open: renewed, closed: always('closed') };
const lasting = each(heights, { open: always('waits'), closed: always('called') });
const foreign = impossible('The other phase looks at other things.');
const otherPhase = each(mintNames, foreign);

/** The same in every status in which the burn is watched. */
const certain = {
  burned: everywhere('recorded'),
  burned_elsewhere: everywhere('recorded'),
  burned_before: everywhere('reused'),
  gone_spent: everywhere('spent'),
  gone_honoured: everywhere('recorded'),
  gone_declined: everywhere('left'),
  throws_unavailable: lasting,
  throws_unsupported: everywhere('called'),
  elsewhere: { alive: anyWindow('waits'), dead: anyWindow('left') },
  ...otherPhase,
};

const ofMint = (outcome: Outcome) =>
  ({ alive: { open: always(outcome), closed: noWindow }, dead: noDeath }) as const;
const noWindow = impossible('A mint waits for nobody.');
const noDeath = impossible('The height is part of what the chain says of a mint.');
const stays = impossible('Nothing of this operation has landed, so nothing could be judged.');

const table: Table<typeof axes, Outcome> = {
  name: 'T1',
  axes,
  decisions: {
    awaiting_burn: {
      ...certain,
      untouched: { alive: anyWindow('waits'), dead: alive },
      dead: { alive: landed, dead: { open: always('waits'), closed: always('closed') } },
      failed: { alive: { open: renewed, closed: always('waits') }, dead: inTime },
      failed_beside_others: impossible('Stored bytes are looked for: that is verifying_burn.'),
      refused: stays,
      pending: everywhere('verifies'),
      unproven: everywhere('verifies'),
      gone: everywhere('verifies'),
      gone_explained: everywhere('verifies'),
    },
    verifying_burn: {
      ...certain,
      untouched: { alive: anyWindow('resends'), dead: alive },
      dead: { alive: landed, dead: inTime },
      failed: { alive: { open: renewed, closed: always('waits') }, dead: inTime },
      failed_beside_others: { alive: anyWindow('resends'), dead: inTime },
      refused: { alive: anyWindow('waits'), dead: inTime },
      pending: everywhere('waits'),
      unproven: lasting,
      gone: lasting,
      gone_explained: everywhere('called'),
    },
    cancelling: {
      ...certain,
      untouched: { alive: anyWindow('waits'), dead: alive },
      dead: { alive: landed, dead: anyWindow('cancelled') },
      failed: { alive: anyWindow('waits'), dead: anyWindow('cancelled') },
      failed_beside_others: { alive: anyWindow('waits'), dead: anyWindow('cancelled') },
      refused: { alive: anyWindow('waits'), dead: anyWindow('cancelled') },
      pending: everywhere('waits'),
      unproven: lasting,
      gone: lasting,
      gone_explained: everywhere('called'),
    },
    minting_new_nft: {
      ...each(burnNames, foreign),
      mint_minted: ofMint('delivered'),
      mint_pending: ofMint('resends'),
      mint_absent: {
        alive: {
          open: { possible: 'attempts', ...each(['refused', 'weather', 'left'], 'owed') },
          closed: noWindow,
        },
        dead: noDeath,
      },
      mint_failed: ofMint('owed'),
      mint_failed_beside_others: ofMint('resends'),
      mint_unexpected: ofMint('owed'),
      mint_throws_unavailable: ofMint('owed'),
    },
    needs_attention: {
      ...each(burnNames, foreign),
      mint_minted: ofMint('delivered'),
      mint_pending: ofMint('waits'),
      mint_absent: ofMint('waits'),
      mint_failed: ofMint('waits'),
      mint_failed_beside_others: ofMint('waits'),
      mint_unexpected: ofMint('waits'),
      mint_throws_unavailable: ofMint('waits'),
    },
  },
  suites: 'status',
  sideBySide: [...burnStatuses, ...mintStatuses],
  async run({ status, observation, height, window, renewal }, outcome, struck) {
    if (!environment) throw new RangeError('It is not open.');
    const cell = { environment, height, window, refuses: renewals[renewal], outcome, struck };
    if (isBurn(observation)) await runBurn({ ...cell, status: status as BurnStatus, observation });
    else await runMint({ ...cell, status: status as MintStatus, observation });
  },
};

testTable(table);
