import { isNftUpgradeError, NftUpgradeError, toNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { attemptsOf } from '../journal/attempts.ts';
import type { Loaded } from '../journal/journal.ts';
import { backoff, type Outcome, type Owed, type PhaseDriver, type Step } from '../phases/driver.ts';
import { drivers } from '../phases/index.ts';
import { ALERTS } from '../publish/outbox.ts';
import { measureStep } from '../telemetry/step.ts';
import { type Engine, operationOf, rulesOf } from './context.ts';
import { type Lease, releaseLeases, takeLease } from './lease.ts';
import { openObligation } from './obligations/open.ts';
import { isOverrun } from './ports/calls.ts';
import { createReleases } from './releases.ts';
import { write } from './write.ts';

/** Brings operations forward: fold, work, append, again, until one waits or has ended. */
export interface Drive {
  /**
   * Advances one operation as far as it goes now, unless another node is at work on it. Calls for
   * one operation on this node share one run. Never rejects.
   * @param known the operation as the caller has just written it, which saves a read; its lease is
   *   this node's
   */
  advance(operationId: string, known?: Loaded): Promise<void>;
  /** The same for one that this node has taken up already. */
  resume(lease: Lease): Promise<void>;
  /**
   * The same for the queue. Resolves with false when only nodes of another version can do it.
   * @throws whatever ended the run, so that the job is tried again, here or
   * on another node
   */
  attempt(operationId: string): Promise<boolean>;
  /** Advances it now, with a fresh budget: somebody has mended what it failed for. */
  retry(operationId: string): Promise<void>;
  /** What this node is working on. */
  held(): readonly Lease[];
  stop(): Promise<void>;
}

/** What ended a run before its time. */
interface Failure {
  readonly thrown: unknown;
}
/** It is not for this node: see `Loaded.foreign`. */
const FOREIGN = 'foreign';

/** Longest pause a node keeps a timer of its own for; beyond it the queue wakes the operation. */
const OWN_TIMER_MS = 60_000;

/** Work on one operation. */
interface Run {
  done: Promise<Failure | typeof FOREIGN | null>;
  /** Somebody has called for it meanwhile: what it has read may be from before that. */
  again: boolean;
  /** The last one that this node has had of it. */
  lease: number | null;
  /** Its last step had to be left behind. */
  overran: boolean;
}

export function createDrive(engine: Engine): Drive {
  const running = new Map<string, Run>();
  const releases = createReleases(engine.db, engine.onError);
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const failures = new Map<string, number>();
  /** How often in a row the database could not be asked about an operation. */
  const unavailable = new Map<string, number>();
  let stopped = false;

  /** One step. Resolves with the operation as it is after it, or with how long to wait. */
  async function step(loaded: Loaded, state: Run): Promise<number | 'watch' | 'ended' | Loaded> {
    if (loaded.snapshot.terminal) return 'ended';
    const driver = drivers[loaded.snapshot.phase];
    if (!driver)
      throw new NftUpgradeError('unknown_process', {
        message: `No driver is known for the phase ${loaded.snapshot.phase}.`,
      });
    const at = stepOf(engine, loaded, { failures: failures.get(loaded.row.id) ?? 0, fenced: true });
    return measureStep(engine.telemetry, loaded, async (failed) => {
      const noted = (thrown: unknown) => {
        const outcome = fail(driver, at, thrown);
        state.overran ||= isOverrun(thrown);
        failed(thrown);
        return outcome;
      };
      const after = await carry(
        loaded,
        await engine.withinStep(() => work(driver, at)).catch(noted),
      ).catch((thrown: unknown) =>
        // Refused by what is written with the event, as when the burn was counted for another
        // operation.
        carry(loaded, noted(thrown)),
      );
      if (typeof after === 'object') failures.delete(loaded.row.id);
      return after;
    });
  }

  async function carry(loaded: Loaded, outcome: Outcome): Promise<number | 'watch' | Loaded> {
    if (outcome.kind === 'wait') {
      if (outcome.owed) await alertOf(loaded, outcome.owed);
      return outcome.ms;
    }
    return outcome.kind === 'append' ? write(engine, loaded, outcome, 'step') : 'watch';
  }

  async function alertOf({ row }: Loaded, owed: Owed): Promise<void> {
    if (await openObligation(engine.db.sql, row, owed)) engine.deliveryWorkers.kick([ALERTS]);
  }

  async function work(driver: PhaseDriver, at: Step): Promise<Outcome> {
    const { snapshot, process } = at.loaded;
    const outcome =
      (await driver.on[snapshot.status]?.(at)) ?? ({ kind: 'wait', ms: 'watch' } as const);
    if (outcome.kind !== 'next') return outcome;
    const index = process.phases.indexOf(snapshot.phase);
    const following = drivers[process.phases[index + 1] ?? ''];
    if (!following)
      throw new NftUpgradeError('internal', {
        message: `The phase ${snapshot.phase} has no phase after it.`,
      });
    return await following.enter(at, outcome.payload ?? {});
  }

  /**
   * What an error means for the operation. @throws the error itself when it says nothing about the
   * operation
   */
  function fail(driver: PhaseDriver, at: Step, thrown: unknown): Outcome {
    if (
      isNftUpgradeError(thrown) &&
      (thrown.code === 'journal_conflict' || thrown.code === 'database_unavailable')
    )
      throw thrown;
    // Its calls were ended because the node stops, which says nothing about the operation.
    if (stopped) throw thrown;
    engine.onError(thrown);
    failures.set(at.operation.id, at.failures + 1);
    return driver.failed(at, toNftUpgradeError(thrown, 'internal'));
  }

  async function run(
    operationId: string,
    known: Loaded | null,
    state: Run,
  ): Promise<typeof FOREIGN | null> {
    let loaded = known;
    while (!stopped) {
      // A command may hand over its lease during each await: the newest one counts.
      if (state.lease === null) {
        const found = (await releases.withdraw(operationId)) ?? (await acquire(operationId));
        state.lease = newest(found, state.lease);
      }
      if (state.lease === null) return withoutLease(operationId);
      const { lease } = state;
      loaded ??= await engine.journal.load(operationId, true);
      if (!loaded) return null;
      if (loaded.row.lease !== state.lease) {
        // Somebody else has taken it up, and it is ours again only where they gave it back; or a
        // command has brought another lease since it was read.
        if (state.lease === lease) state.lease = null;
        loaded = null;
        continue;
      }
      const result: Awaited<ReturnType<typeof step>> | null = await step(loaded, state).catch(
        (thrown: unknown) => {
          // Somebody else was faster: read again and go on from there.
          if (isNftUpgradeError(thrown) && thrown.code === 'journal_conflict') return null;
          throw thrown;
        },
      );
      if (state.overran) await leaveBehind(operationId, state);
      if (result === 'ended') forget(operationId);
      if (typeof result === 'number') sleep(operationId, result);
      if (typeof result === 'number' || typeof result === 'string') return null;
      // What this node wrote itself need not be read again: if anybody else writes meanwhile, the
      // next append conflicts.
      loaded = state.lease === null ? null : result;
    }
    return null;
  }

  /** What is left of a step writes nothing: the next one is done under another lease. */
  async function leaveBehind(operationId: string, state: Run): Promise<void> {
    const { lease } = state;
    state.overran = false;
    state.lease = null;
    if (lease !== null) await releaseLeases(engine.db, [{ operationId, lease }]);
  }

  async function acquire(operationId: string): Promise<number | null> {
    const { db, definitions, takeoverMs: leaseMs } = engine;
    const taken = await takeLease(db, operationId, { definitions: definitions.all, leaseMs });
    return taken?.lease ?? null;
  }

  async function withoutLease(operationId: string): Promise<typeof FOREIGN | null> {
    forget(operationId);
    return (await engine.journal.load(operationId))?.foreign ? FOREIGN : null;
  }

  /** It has ended, or another node goes on with it. */
  function forget(operationId: string): void {
    failures.delete(operationId);
    unavailable.delete(operationId);
    clearTimeout(timers.get(operationId));
    timers.delete(operationId);
  }

  function sleep(operationId: string, ms: number): void {
    clearTimeout(timers.get(operationId));
    if (ms > OWN_TIMER_MS || stopped) return;
    const timer = setTimeout(() => {
      timers.delete(operationId);
      void advance(operationId);
    }, ms);
    timer.unref();
    timers.set(operationId, timer);
  }

  /** A database that was away for a moment must not cost an operation the time of a takeover. */
  function pauseWithoutDatabase(operationId: string): number {
    const before = unavailable.get(operationId) ?? 0;
    unavailable.set(operationId, before + 1);
    return backoff(engine, before);
  }

  function share(
    operationId: string,
    known: Loaded | number | null,
  ): Promise<Failure | typeof FOREIGN | null> {
    const lease = typeof known === 'number' ? known : (known?.row.lease ?? null);
    const present = running.get(operationId);
    if (present) {
      // The run may have read the journal before whatever this call is about.
      present.again = true;
      present.lease = newest(lease, present.lease);
      return present.done;
    }
    const state: Run = { again: false, lease, overran: false, done: Promise.resolve(null) };
    state.done = (async () => {
      try {
        let result = await run(operationId, typeof known === 'number' ? null : known, state);
        while (state.again && !stopped) {
          state.again = false;
          result = await run(operationId, null, state);
        }
        unavailable.delete(operationId);
        return result;
      } catch (thrown) {
        engine.onError(thrown);
        if (isNftUpgradeError(thrown) && thrown.code === 'database_unavailable')
          sleep(operationId, pauseWithoutDatabase(operationId));
        return { thrown };
      } finally {
        running.delete(operationId);
        if (state.lease !== null) releases.add({ operationId, lease: state.lease });
      }
    })();
    running.set(operationId, state);
    return state.done;
  }

  const advance = async (operationId: string, known?: Loaded) =>
    void (await share(operationId, known ?? null));

  return {
    advance,
    resume: async ({ operationId, lease }) => void (await share(operationId, lease)),
    async attempt(operationId) {
      const failure = await share(operationId, null);
      if (failure === FOREIGN) return false;
      if (failure) throw failure.thrown;
      // Its job is not done: it is for another node, or the next start.
      if (stopped)
        throw new NftUpgradeError('temporarily_unavailable', { message: 'This node stops.' });
      return true;
    },
    async retry(operationId) {
      forget(operationId);
      await advance(operationId);
    },
    held: () =>
      [...running].flatMap(([operationId, { lease }]) =>
        lease === null ? [] : [{ operationId, lease }],
      ),
    async stop() {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      await Promise.all([...running.values()].map(({ done }) => done));
      await releases.flush();
    },
  };
}

/** Each lease of an operation has a greater number than the ones before. */
const newest = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.max(one, other);

/** What a driver has at hand for one operation. */
export function stepOf(
  engine: Engine,
  loaded: Loaded,
  { failures = 0, fenced = false }: { failures?: number; fenced?: boolean } = {},
): Step {
  return {
    loaded,
    operation: operationOf(loaded),
    rules: rulesOf(engine, loaded.row.process),
    chain: engine.chain,
    content: engine.content,
    receipts: engine.receipts,
    compensator: engine.compensator,
    read: engine.db.sql,
    attempts: attemptsOf(engine.db, loaded.row.id, loaded.tried, fenced ? loaded.row : null),
    patience: engine.patience,
    deployment: engine.deployment,
    idPrefixes: engine.idPrefixes,
    failures,
    now: () => engine.now(),
    random: () => engine.random(),
  };
}
