import { expect } from 'vitest';
import type { PortMethod } from '../../../packages/server-kit/src/engine/ports/deadlines.ts';
import { type Driver, type Environment, type Node, openEnvironment } from './environment.ts';
import { type Armed, type Fault, SECRET } from './faults.ts';
import { type Flow, flows, Journey, type Seen } from './journey.ts';

/** What comes of it. */
export type Outcome =
  /** Nobody sees anything of it, as long as it lasts. */
  | 'unnoticed'
  /** Tried again in silence; the status stands meanwhile. */
  | 'waits'
  /** Shown as a failed attempt; the next one succeeds. */
  | 'retried'
  /** Told again by the outbox; the operation does not notice. */
  | 'repeated'
  /** The caller is told, with a code, and comes again. */
  | 'refused'
  /** Ended with an error before anything was signed. */
  | 'ends'
  | 'ends_and_alerts'
  /** An obligation, with an alert, that an operator's retry settles. */
  | 'owed'
  /** An alert while it lasts; then it goes on by itself. */
  | 'alerted'
  /** Another node goes on, and the late answer writes nothing. */
  | 'taken_over'
  /** The node does not start, and says why. */
  | 'not_started'
  /** The node stops within its bound. */
  | 'stops';

export interface CellRun {
  readonly driver: Driver;
  readonly port: PortMethod;
  readonly fault: Fault;
  readonly outcome: Outcome;
}

interface Driven {
  /** Its node goes round, and ends its calls soon. */
  readonly around: Environment;
  readonly busy: Node;
  /** Its node goes round, and ends its steps soon: no other operation has so little time. */
  readonly alone: Environment;
  readonly patient: Node;
  /** Its nodes do what they are told. */
  readonly still: Environment;
  readonly first: Node;
  readonly second: Node;
}
const opened = new Map<Driver, Promise<Driven>>();

export function driven(driver: Driver): Promise<Driven> {
  const open = async (): Promise<Driven> => {
    const [around, alone, still] = [
      await openEnvironment(driver),
      await openEnvironment(driver),
      await openEnvironment(driver),
    ];
    return {
      around,
      busy: await around.node('busy'),
      alone,
      patient: await alone.node('patient'),
      still,
      first: await still.node('idle'),
      second: await still.node('idle'),
    };
  };
  const present = opened.get(driver) ?? open();
  opened.set(driver, present);
  return present;
}

export async function closeAll(): Promise<void> {
  for (const opening of opened.values()) {
    const { around, alone, still } = await opening;
    await Promise.all([around, alone, still].map((environment) => environment.stop()));
  }
}

/** By which flow a function is reached that is called for an operation. */
export const flowOf: Partial<Record<PortMethod, Flow>> = {
  'rules.release': 'refused',
  'burn.find': 'forgotten',
  'mint.horizon': 'forgotten',
  'mint.digest': 'claim',
  'compensator.settle': 'compensated',
  'alerts.alert': 'broken',
};
/** Their calls name nobody, so they are armed alone. */
export const aboutNobody: ReadonlySet<PortMethod> = new Set<PortMethod>([
  'chain.identity',
  'mint.horizon',
]);

const failures = (history: readonly string[]): string[] =>
  history.filter((status) => /failed|error|recovering|needs_attention/.test(status));
const alertsIn = ({ deliveries }: Seen): number =>
  deliveries.filter(({ sink, state }) => sink === 'alerts' && state === 'delivered').length;

/** By what the outcome is recognised while the fault lasts. */
const signs: Record<Outcome, (journey: Journey, seen: Seen | null, armed: Armed) => boolean> = {
  unnoticed: (journey, seen) => journey.isOver(seen),
  waits: (_, _seen, { strikes }) => strikes > 0,
  repeated: (_, _seen, { strikes }) => strikes > 0,
  retried: (_, seen) => failures(seen?.history ?? []).length > 0,
  refused: ({ refusals }, _, { fault }) => refusals.length > Number(fault === 'throws_always'),
  ends: (_, seen) => seen?.history.at(-1) === 'error',
  ends_and_alerts: (_, seen) => seen?.history.at(-1) === 'error' && alertsIn(seen) > 0,
  owed: (_, seen) => seen?.history.at(-1) === 'needs_attention' && seen.owed && alertsIn(seen) > 0,
  // An obligation that is to be paid was told of before, and is settled.
  alerted: ({ flow }, seen, { strikes }) =>
    strikes > 0 &&
    !!seen &&
    (flow === 'compensated' ? alertsIn(seen) > 1 : seen.owed && alertsIn(seen) > 0),
  taken_over: () => false,
  not_started: () => false,
  stops: () => false,
};

/** A user whose operation meets the fault. */
export async function runJourney(cell: CellRun): Promise<number> {
  const { driver, port, fault, outcome } = cell;
  const { around, busy, alone, patient } = await driven(driver);
  const flow = flowOf[port] ?? 'upgrade';
  const journey =
    fault === 'outlasts_its_step'
      ? new Journey(alone, flow, patient)
      : new Journey(around, flow, busy);
  return meet(cell, journey, await armFor(cell, journey), outcome);
}

async function armFor({ port, fault }: Pick<CellRun, 'port' | 'fault'>, journey: Journey) {
  const before = await journey.prepare();
  const about = aboutNobody.has(port) ? null : journey.names;
  return { armed: journey.environment.faults.arm(port, fault, about), before };
}

export async function meet(
  { fault }: Pick<CellRun, 'fault'>,
  journey: Journey,
  { armed, before }: Awaited<ReturnType<typeof armFor>>,
  outcome: Outcome,
): Promise<number> {
  await journey.until((seen) => signs[outcome](journey, seen, armed), outcome);
  armed.lift();
  if (outcome === 'ends' || outcome === 'ends_and_alerts') {
    expect((await journey.seen())?.asset).toBe('safe');
    expect(journey.environment.minted(journey.user)).toEqual([]);
    journey.restart();
  }
  if (outcome === 'owed') await journey.node.service.obligations.retry(journey.id ?? '');
  const last = await journey.until((seen) => journey.isOver(seen), 'the end');
  if (fault === 'answers_late') {
    armed.comeBack();
    await journey.leaveBehind();
    expect(await journey.seen()).toEqual(last);
  }
  for (const one of before) one.lift();
  await expectRefusals(journey, fault);
  expectSound(journey, last, { outcome, fault });
  return armed.strikes;
}

/** The first node hangs; the second goes on; then the first has its answer. */
export async function runTakeover(cell: CellRun): Promise<number> {
  const { still, first, second } = await driven(cell.driver);
  const journey = new Journey(still, flowOf[cell.port] ?? 'upgrade', first);
  const { armed, before } = await armFor(cell, journey);
  await journey.until(() => armed.strikes > 0, 'the call', { poke: true });
  // Its lease has ended.
  await still.db.sql(
    "update nft_upgrade.operation set leased_until = '-infinity' where principal = $1",
    [journey.user.id],
  );
  const late = journey.leaveBehind();
  journey.node = second;
  const last = await journey.until((seen) => journey.isOver(seen), 'the end', { poke: true });
  armed.comeBack();
  await late;
  armed.lift();
  for (const one of before) one.lift();
  expect(await journey.seen()).toEqual(last);
  expectSound(journey, last, cell);
  return armed.strikes;
}

/** What the host throws is an error of the host; whatever else is told as what it is. */
const refusalOf: Partial<Record<Fault, { status: number; code: string }>> = {
  hangs: { status: 503, code: 'port_timeout' },
  throws_once: { status: 500, code: 'internal' },
  throws_always: { status: 500, code: 'internal' },
  answers_garbage: { status: 502, code: 'port_answered_wrongly' },
};

async function expectRefusals({ refusals }: Journey, fault: Fault): Promise<void> {
  for (const refusal of refusals) {
    const text = await refusal.text();
    expect(text).not.toContain(SECRET);
    expect(JSON.parse(text)).toMatchObject(refusalOf[fault] ?? expect.fail(text));
  }
}

const shown: ReadonlySet<Outcome> = new Set<Outcome>(['retried', 'owed']);

/** Nothing irreversible has happened twice, and nothing was shown that was not. */
export function expectSound(
  journey: Journey,
  seen: Seen | null,
  { outcome, fault }: Pick<CellRun, 'outcome' | 'fault'>,
): void {
  const { user, environment, flow, refusals } = journey;
  const { memory, minted, compensations } = environment;
  const { ends } = flows[flow];
  if (outcome !== 'refused') expect(refusals).toEqual([]);
  expect(seen?.history.filter((status) => status === ends)).toHaveLength(1);
  if (ends === 'completed') {
    // Where steps have little time, any of them may need more on a machine that is busy.
    if (!shown.has(outcome) && fault !== 'outlasts_its_step')
      expect(failures(seen?.history ?? [])).toEqual([]);
    const places = minted(user);
    expect(places).toHaveLength(1);
    expect(memory.ownerOf(places[0] ?? '')).toBe(user.wallet);
    expect(memory.ownerOf(user.nft)).toBe(flow === 'claim' ? user.wallet : null);
    expect([seen?.asset, seen?.owed]).toEqual(['delivered', false]);
  } else expect(minted(user)).toEqual([]);
  expect(compensations(user)).toHaveLength(Number(ends === 'compensated'));
}
