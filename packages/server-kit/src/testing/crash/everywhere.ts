import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../../db/db.ts';
import { createService, type Service, type ServiceOptions } from '../../service.ts';
import { journalFaults } from '../invariants.ts';
import { type CrashPoint, createMortal } from './mortal.ts';

/** Ports in a fresh state, and what is done with them. */
export interface CrashEnvironment {
  /** The ports under test. The harness stands between them and the service. */
  readonly options: ServiceOptions;
  /**
   * Plays the user until the operation has ended. Called once in the life that is cut short, where
   * it may reject or never end, and once more after the restart: so it starts with the same
   * idempotency key, and looks where it stands.
   */
  play(service: Service): Promise<unknown>;
  /**
   * Names whatever must not be, in the ports of the host. The journal is looked at by the harness
   * itself.
   */
  check(): Promise<readonly string[]>;
  /** Closes what was opened for the run. */
  close?(): Promise<void>;
}

/** @deprecated It is `CrashEnvironment`. */
export type CrashWorld = CrashEnvironment;

/** Options of `crashEverywhere`. */
export interface CrashOptions {
  /** Makes an environment for each run, on an empty database. */
  open(): Promise<CrashEnvironment>;
  /** Longest time the second life may take. Milliseconds, default 20 000. */
  timeoutMs?: number;
  /**
   * How many occurrences of a write that repeats with time, such as a sweep or sending again, are
   * crashed at. Default 1.
   */
  repeats?: number;
  /**
   * Stops at both sides of every write; default true. When false, at one side of what is written to
   * the database: what one commit leaves behind is what the next one finds, so half of the lives
   * end in a state that another one has met.
   */
  bothSides?: boolean;
}

/** What `crashEverywhere` found. */
export interface CrashReport {
  /** Every write that the process was stopped at, before and after. */
  readonly writes: readonly string[];
  /** Lives that were cut short and then resumed. */
  readonly crashes: number;
  /** Each with the point it belongs to. Empty when all is well. */
  readonly violations: readonly string[];
}

/**
 * Stops the process at every single write in turn, once before and once after it, starts a new one
 * on what is left, and looks whether every promise holds. The writes are learned from a life that
 * is not cut short; those that only appear in a second life are crashed at as well.
 */
export async function crashEverywhere({
  open,
  timeoutMs = 20_000,
  repeats = 1,
  bothSides = true,
}: CrashOptions): Promise<CrashReport> {
  const violations: string[] = [];
  const known: string[] = [];
  const learn = (writes: readonly string[]) => {
    for (const write of writes)
      if (!known.includes(write) && isWorth(write, repeats)) known.push(write);
  };
  let crashes = 0;

  const live = async (point: CrashPoint | null): Promise<void> => {
    const environment = await open();
    try {
      if (point && (await firstLife(environment, point, timeoutMs))) crashes += 1;
      learn(await secondLife(environment, timeoutMs));
      const faults = [
        ...(await journalFaults(environment.options.db)),
        ...(await environment.check()),
      ];
      violations.push(
        ...faults.map((fault) => `${point ? `${point.when} ${point.write}` : 'uncut'}: ${fault}`),
      );
    } catch (error) {
      violations.push(`${point ? `${point.when} ${point.write}` : 'uncut'}: ${String(error)}`);
    } finally {
      await environment.close?.();
    }
  };

  await live(null);
  // The list grows while it is walked through.
  for (let index = 0; index < known.length; index += 1) {
    const write = known[index] ?? '';
    await live({ write, when: 'before' });
    if (bothSides || !isStored(write)) await live({ write, when: 'after' });
  }
  return { writes: known, crashes, violations };
}

/**
 * What comes again and again with time: claims of the sweep, jobs that are fetched, deliveries that
 * are leased, and what is sent to the chain once more.
 */
const repeating = /^(sql |burn\.broadcast|mint\.send)/;
const isWorth = (write: string, repeats: number): boolean =>
  !repeating.test(write) || Number(write.split('#')[1]) <= repeats;

/** Into the database, and not to the chain, the content store, the host or a sink. */
const isStored = (write: string): boolean => /^(commit|sql) /.test(write);

/** Resolves to whether it died: a write may not happen in every life. */
async function firstLife(
  environment: CrashEnvironment,
  point: CrashPoint,
  timeoutMs: number,
): Promise<boolean> {
  const mortal = createMortal(environment.options, point);
  const died = mortal.died.then(() => true);
  const life = async () => {
    const service = await createService(mortal.options);
    const ended = environment.play(service).then(
      () => false,
      // The user's call met the death of the server; the rest of the process may live on for a
      // moment.
      () => Promise.race([died, sleep(timeoutMs, false, { ref: false })]),
    );
    // Some writes, such as the delivery of the outbox, come after the end of the operation.
    const dead = await Promise.race([
      died,
      ended.then(async (early) => early || Promise.race([died, sleep(150, false)])),
    ]);
    // Its timers have to go; whatever it would still write is refused.
    await Promise.race([
      service.stop().catch(() => undefined),
      sleep(dead ? 500 : 5_000, undefined, { ref: false }),
    ]);
    return dead;
  };
  const dead = await Promise.race([life(), died]).catch(() => true);
  // What was on its way when it died still arrives; the next life comes after that, as a restart
  // does.
  await Promise.race([mortal.settled(), sleep(timeoutMs, undefined, { ref: false })]);
  return dead;
}

async function secondLife(
  environment: CrashEnvironment,
  timeoutMs: number,
): Promise<readonly string[]> {
  await passTime(environment.options.db);
  const mortal = createMortal(environment.options, null);
  const service = await createService(mortal.options);
  try {
    await Promise.race([
      environment.play(service),
      sleep(timeoutMs, undefined, { ref: false }).then(() => {
        throw new RangeError(`not at its end within ${timeoutMs} ms`);
      }),
    ]);
    await delivered(environment.options.db);
  } finally {
    await service.stop();
  }
  return mortal.writes;
}

/** What the end of the operation sets off follows behind it. */
async function delivered(db: Db): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const [row] = await db.sql(
      `select 1 from nft_upgrade.delivery where state = 'waiting' limit 1`,
    );
    if (!row) return;
    await sleep(25);
  }
}

/** A minute later: what the dead process had claimed or leased is due again. */
async function passTime(db: Db): Promise<void> {
  await db
    .sql(
      `update nft_upgrade.operation set checked_at = checked_at - interval '1 minute' where live`,
    )
    .catch(() => undefined);
  await db
    .sql(
      `update nft_upgrade.delivery set due_at = due_at - interval '2 minutes'
        where state = 'waiting'`,
    )
    .catch(() => undefined);
}
