import { afterAll, beforeAll } from 'vitest';
import { type SqlState, sqlStates } from '../../packages/server-kit/src/db/sql-states.ts';
import { closeDatabases } from '../../packages/server-kit/src/testing/databases.ts';
import {
  arm,
  type Driver,
  drivers,
  environmentOf,
  type Outcome,
  openEnvironments,
  stopEnvironments,
} from './t7/environment.ts';
import { type Place, places } from './t7/places.ts';
import { axis, axisBy, each, impossible, type Table } from './table.ts';
import { testTable } from './test-table.ts';

beforeAll(openEnvironments);
afterAll(async () => {
  await stopEnvironments();
  await closeDatabases();
});

/** Errors of the program, for contrast: an unknown table, a check that fails. */
const defects = ['42P01', '23514'] as const;
type State = SqlState | (typeof defects)[number];
const states = [...(Object.keys(sqlStates) as SqlState[]), ...defects];

/** Where the server reports it from, for the one state whose meaning depends on that. */
const routines: Partial<Record<State, string>> = { '0A000': 'RevalidateCachedQuery' };
/** By what the table of the code promises, not by what the code makes of it. */
const kindOf = (state: State) =>
  state === '42P01' || state === '23514' ? 'defect' : sqlStates[state];

/** How often each statement fails: more often than a driver tries by itself is a while. */
const times = { once: 1, for_a_while: 4, lost: 1 } as const;
type How = keyof typeof times;

/** After these the server, or what is before it, may have carried the statement out. */
const unanswered: ReadonlySet<State> = new Set<State>([
  '08000',
  '08006',
  '08007',
  '40003',
  '57P01',
  '57P02',
]);

/** What can come to a database that lives in the process, has one session and no network. */
const embedded: ReadonlySet<State> = new Set<State>([
  '25006',
  '53000',
  '53100',
  '53200',
  '57014',
  '58000',
  '58030',
  ...defects,
]);

const everywhere = (outcome: Outcome) =>
  each(
    ['start', 'step', 'stream', 'sweep', 'outbox', 'migration'],
    each(['postgres', 'pglite'], outcome),
  );
/** A migration is a transaction of many statements, and each of them fails. */
const butMigration = (outcome: Outcome, ofMigration: Outcome) => ({
  ...everywhere(outcome),
  migration: each(['postgres', 'pglite'], ofMigration),
});
const undone = impossible('The server has rolled back whatever it answers with this code.');
const waits = { once: everywhere('waits'), for_a_while: everywhere('waits') };

const axes = [
  axisBy('state', states, kindOf),
  axis('how', Object.keys(times) as How[]),
  axis('place', Object.keys(places) as Place[]),
  axis('driver', drivers),
] as const;

const table: Table<typeof axes, Outcome> = {
  name: 'T7',
  axes,
  decisions: {
    gone: { ...waits, lost: everywhere('waits') },
    read_only: { ...waits, lost: undone },
    cancelled: { ...waits, lost: undone },
    refused: { ...waits, lost: undone },
    rolled_back: {
      once: butMigration('unnoticed', 'waits'),
      for_a_while: everywhere('waits'),
      lost: undone,
    },
    stale_session: {
      once: butMigration('unnoticed', 'waits'),
      for_a_while: butMigration('unnoticed', 'waits'),
      lost: undone,
    },
    defect: { once: everywhere('fails'), for_a_while: everywhere('fails'), lost: undone },
  },
  impossible({ state, how, driver }) {
    if (how === 'lost' && !unanswered.has(state)) return undone.reason;
    return driver === 'pglite' && !embedded.has(state)
      ? 'PGlite has one session, in this process: nobody to run into, no connection to lose.'
      : null;
  },
  suites: 'place',
  // Most of a step is waiting until the next one is tried.
  sideBySide: ['step'],
  async run({ state, how, place, driver }, outcome, struck) {
    const environment = await environmentOf(driver satisfies Driver);
    const routine = routines[state];
    const fault = {
      driver,
      state,
      times: times[how],
      lost: how === 'lost',
      ...(routine && { routine }),
    };
    await places[place]({
      environment,
      fault,
      outcome,
      arm: (about) => arm({ ...fault, about, struck }),
    });
  },
};

testTable(table);
