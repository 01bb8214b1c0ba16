import type { AnyProcess } from '@aiw3/nft-upgrade/protocol';
import { drivers } from '../phases/index.ts';
import { ALERTS } from '../publish/outbox.ts';
import { type AuthorityWatch, watchAuthority } from './authority.ts';
import type { Engine } from './context.ts';
import type { Drive } from './drive.ts';
import { forgetPast, hasOtherPast, isDue } from './due.ts';
import { keepLeases } from './lease.ts';
import { mapConcurrent, type Pace } from './map-concurrent.ts';
import { raiseAges } from './obligations/ages.ts';
import { raiseAlarms } from './obligations/alarm.ts';
import type { Obligations } from './obligations/obligations.ts';
import { carryOutRequests } from './obligations/requests.ts';
import { boundedRetries, reconcile } from './reconcile.ts';
import { deleteEnded, type Retention } from './retention.ts';
import { claimIdle, every, forgetFuture } from './sweep.ts';
import { heartbeatMs } from './timing.ts';
import { beginHonoured } from './unbound-burns.ts';

/** What a node goes round for, and how often. Milliseconds. */
export interface RoundsOptions {
  readonly node: string;
  /** Every version of every process that this node can drive. */
  readonly definitions: readonly AnyProcess[];
  readonly obligations: Obligations;
  readonly watchMs: number;
  readonly sweepMs: number;
  readonly ageAlertMs: number;
  readonly owedAlarmMs: number;
  readonly reconcileMs: number;
  readonly authority: Required<AuthorityWatch>;
  readonly retention: Retention | null;
}

/** Operations that are looked at side by side. */
const WIDTH = 8;
/** Taken up at once. */
const MOST_CLAIMED = 200;
/** Beyond so many steps in hand a node leaves operations to others. */
const MOST_HELD = 1_000;
/** A look that takes longer holds up no other. Milliseconds. */
const SLOW_MS = 1_000;
/** How often ended operations are looked for that are old enough to go. */
const RETENTION_MS = 60_000;
/** Deleted in one of those rounds; the next one goes on. That is 72 million a day. */
const MOST_DELETED = 50_000;
/** Nodes that start together do not ask together. */
const SOON_MS = 5_000;

/**
 * Starts what a node does by itself, without a request and without a job: it looks, it says that it
 * lives, it calls people.
 */
export function startRounds(
  engine: Engine,
  drive: Drive,
  options: RoundsOptions,
): { stop(): Promise<void> } {
  const { db, takeoverMs, onError } = engine;
  const {
    node,
    definitions,
    obligations,
    watchMs,
    sweepMs,
    ageAlertMs,
    owedAlarmMs,
    reconcileMs,
    authority,
    retention,
  } = options;
  const watched = Object.values(drivers).flatMap((driver) => driver.watched ?? []);

  const look = async (query: { statuses?: readonly string[]; idleMs: number }, pace?: Pace) => {
    const limit = Math.min(MOST_CLAIMED, MOST_HELD - drive.held().length);
    if (limit <= 0) return;
    await mapConcurrent(
      await claimIdle(db, { ...query, definitions, leaseMs: takeoverMs, limit }),
      WIDTH,
      (lease) => drive.resume(lease),
      { ...pace, patienceMs: Math.min(watchMs, SLOW_MS) },
    );
  };
  /**
   * Done by one node of all: each asks whether it is its turn, the first time soon after its start.
   */
  const soon = (ms: number, work: (signal: AbortSignal) => Promise<unknown>) =>
    every(Math.min(ms, 60_000), work, onError, engine.random() * Math.min(ms, SOON_MS));

  const tidy = async (policy: Retention, signal: AbortSignal) => {
    if (await isDue(db, 'retained_at', RETENTION_MS / 2))
      await deleteEnded(db, policy, { most: MOST_DELETED, signal });
  };

  // What a process left behind that was killed here a moment ago is taken up at once, not after its
  // jobs are due.
  void look({ idleMs: 1_000 }).catch(onError);
  const rounds = [
    every(
      watchMs,
      (signal) => look({ statuses: watched, idleMs: watchMs / 2 }, { overMs: watchMs / 2, signal }),
      onError,
    ),
    every(
      sweepMs,
      (signal) =>
        forgetFuture(db).then(() => look({ idleMs: takeoverMs }, { overMs: sweepMs / 2, signal })),
      onError,
    ),
    every(heartbeatMs({ takeoverMs }), () => keepLeases(db, drive.held(), takeoverMs), onError),
    every(
      Math.min(watchMs, 1_000),
      // Not waited for: each is done under its own lease, and one that hangs holds up no other.
      async () => void carryOutRequests(db, obligations).catch(onError),
      onError,
    ),
    every(sweepMs, () => beginHonoured(engine, drive), onError),
    every(
      sweepMs,
      async () => {
        const raised = (await raiseAges(db, ageAlertMs)) + (await raiseAlarms(db, owedAlarmMs));
        if (raised > 0) engine.deliveryWorkers.kick([ALERTS]);
      },
      onError,
    ),
    soon(reconcileMs, async (signal) => {
      const isOther = await hasOtherPast(db, node);
      if (!(await isDue(db, 'reconciled_at', isOther ? 0 : reconcileMs))) return;
      try {
        await reconcile(engine, drive, boundedRetries(reconcileMs), signal);
      } catch (error) {
        // Its restore is not dealt with: who asks next compares again.
        if (isOther) await forgetPast(db);
        throw error;
      }
    }),
    soon(authority.everyMs, () => watchAuthority(engine, authority)),
    ...(retention ? [soon(RETENTION_MS, (signal) => tidy(retention, signal))] : []),
  ];
  return {
    async stop() {
      await Promise.all(rounds.map((round) => round.stop()));
    },
  };
}
