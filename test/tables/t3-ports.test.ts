import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  defaultDeadlines,
  type PortMethod,
} from '../../packages/server-kit/src/engine/ports/deadlines.ts';
import { closeDatabases } from '../../packages/server-kit/src/testing/databases.ts';
import { drivers } from './t3/environment.ts';
import { called, faults as everyFault, type Fault, unbound } from './t3/faults.ts';
import { ofNodes } from './t3/nodes.ts';
import {
  aboutNobody,
  type CellRun,
  closeAll,
  driven,
  type Outcome,
  runJourney,
  runTakeover,
} from './t3/run.ts';
import { runStop } from './t3/stop.ts';
import { axis, each, type Impossible, impossible, type Table } from './table.ts';
import { testTable } from './test-table.ts';

// They wait far more than they work.
vi.setConfig({ maxConcurrency: 12 });

beforeAll(() => Promise.all(drivers.map(driven)));
afterAll(async () => {
  await closeAll();
  await closeDatabases();
});

const ports = Object.keys(defaultDeadlines) as PortMethod[];
const axes = [axis('port', ports), axis('fault', everyFault), axis('driver', drivers)] as const;

const noStep = impossible('It is called in no step that could outlast its deadline.');
const notRead = impossible('Nothing is made of its answer.');
const notCalled = impossible('The engine does not call it.');

type Row = Readonly<Record<Fault, Outcome | Impossible>>;
const row = (decisions: Row) =>
  // What `fromEntries` loses of the keys.
  Object.fromEntries(
    Object.entries(decisions).map(([fault, decision]) => [
      fault,
      typeof decision === 'string' ? each(drivers, decision) : decision,
    ]),
  ) as Record<Fault, Impossible | Record<(typeof drivers)[number], Outcome>>;

const always = (outcome: Outcome) => ({
  ...each(['hangs', 'outlasts_its_step', 'throws_always', 'answers_garbage'], outcome),
  is_slow: 'unnoticed' as const,
  answers_late: 'taken_over' as const,
  hangs_at_stop: 'stops' as const,
});
/** Nothing is signed yet. */
const before = row({ ...always('ends'), throws_once: 'waits', answers_garbage: 'ends_and_alerts' });
/** Asked for by a request. */
const command = row({ ...always('refused'), throws_once: 'refused', outlasts_its_step: noStep });
/** The new NFT is owed. */
const delivery = row({ ...always('owed'), throws_once: 'retried' });
/** What happened, and what the host writes down of it: nothing fails by it. */
const lasting = row({ ...always('alerted'), throws_once: 'waits' });
const unread = { answers_garbage: notRead };
/** By the outbox. */
const notifying: Row = {
  ...always('repeated'),
  ...unread,
  throws_once: 'repeated',
  answers_late: 'repeated',
  outlasts_its_step: noStep,
};
const leaving = row({ ...each(everyFault, 'stops'), ...unread, outlasts_its_step: noStep });

const decisions = {
  'rules.subject': command,
  'rules.qualify': before,
  'rules.describe': before,
  'rules.record': lasting,
  'rules.release': row(notifying),
  'rules.held': row({
    ...always('refused'),
    throws_once: 'refused',
    outlasts_its_step: noStep,
    answers_late: 'refused',
  }),
  'content.cid': before,
  'content.put': delivery,
  'content.get': notCalled,
  'chain.identity': lasting,
  'burn.locate': before,
  'burn.prepare': before,
  'burn.accept': command,
  'burn.broadcast': { ...lasting, ...unread },
  'burn.observe': lasting,
  'burn.find': before,
  'mint.address': notCalled,
  'mint.preflight': { ...before, ...unread },
  'mint.prepare': delivery,
  'mint.send': { ...delivery, ...unread },
  'mint.observe': delivery,
  'mint.elsewhere': before,
  'mint.standing': before,
  'mint.digest': before,
  'mint.horizon': delivery,
  'mint.funds': row({ ...notifying, answers_garbage: 'repeated' }),
  'receipts.issue': lasting,
  'compensator.settle': lasting,
  'alerts.alert': row(notifying),
  'alerts.authority': row(notifying),
  'sink.publish': row(notifying),
  'sink.close': leaving,
  'wake.join': row({
    ...each(everyFault, 'not_started'),
    is_slow: 'unnoticed',
    outlasts_its_step: noStep,
    hangs_at_stop: impossible('A node that has not joined is not there to stop.'),
  }),
  'wake.broadcast': row({
    ...each(everyFault, 'unnoticed'),
    ...unread,
    outlasts_its_step: noStep,
    hangs_at_stop: 'stops',
  }),
  'wake.leave': leaving,
} as const satisfies Record<PortMethod, ReturnType<typeof row> | Impossible>;
const isCalled = (port: PortMethod): boolean => !('reason' in decisions[port]);

const table: Table<typeof axes, Outcome> = {
  name: 'T3',
  axes,
  decisions,
  suites: 'port',
  sideBySide: ports.filter((port) => !ofNodes[port] && !aboutNobody.has(port)),
  async run(at, outcome, struck) {
    const strikes = await runCell({ ...at, outcome });
    for (let times = 0; times < strikes; times += 1) struck();
  },
};

/** One operation in each of them is in hand when the node stops. */
const inHand = ports.filter((port) => !ofNodes[port] && isCalled(port));

function runCell(cell: CellRun): Promise<number> {
  const { driver, port } = cell;
  const ofNode = ofNodes[port];
  if (ofNode) return ofNode(cell);
  if (cell.outcome === 'stops') return runStop(driver, port, inHand);
  return cell.outcome === 'taken_over' ? runTakeover(cell) : runJourney(cell);
}

testTable(table);

it('T3: nothing of the host is called without an end, and everything that is decided is', () => {
  expect([...unbound]).toEqual([]);
  const decided = ports.filter((port) => isCalled(port));
  expect([...called].sort()).toEqual(decided.sort());
});
