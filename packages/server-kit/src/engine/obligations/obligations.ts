import {
  isErrorCode,
  NftUpgradeError,
  type OperationEvent,
  type Snapshot,
} from '@aiw3/nft-upgrade/protocol';
import type { Db, Sql } from '../../db/db.ts';
import { DEAD } from '../../phases/mint.ts';
import { placeOf } from '../../phases/place.ts';
import { readPlan } from '../../phases/plan.ts';
import type { MintAttempt } from '../../ports/chain.ts';
import { decide, refuseForeign } from '../commands/load.ts';
import { retryLoaded } from '../commands/retry.ts';
import type { Engine } from '../context.ts';
import { type Drive, stepOf } from '../drive.ts';
import { findObligation, listObligations, type Obligation, type ObligationQuery } from './read.ts';

/** What operators do about obligations. */
export interface Obligations {
  /** Open ones, oldest first. */
  list(query?: ObligationQuery): Promise<Obligation[]>;
  /**
   * The obligation and everything that happened to its operation. @throws NftUpgradeError
   * `not_found`
   */
  show(
    operationId: string,
  ): Promise<{ obligation: Obligation; snapshot: Snapshot; events: readonly OperationEvent[] }>;
  /**
   * Tries the delivery again, with a fresh budget. @throws NftUpgradeError `not_found`,
   * `retry_refused`
   */
  retry(operationId: string): Promise<Snapshot>;
  /**
   * Settles the obligation through the compensator instead of the NFT. Refused while a mint may
   * still land, so that nobody is paid twice.
   * @throws NftUpgradeError `not_found`, `compensate_refused`, `missing_capability` without a
   *   compensator
   */
  compensate(operationId: string): Promise<Snapshot>;
}

export function createObligations(engine: Engine, drive: Drive): Obligations {
  const load = async (operationId: string) => {
    const loaded = await engine.journal.load(operationId);
    if (!loaded) throw new NftUpgradeError('not_found');
    return loaded;
  };
  const loadToWrite = async (operationId: string) => {
    const loaded = await load(operationId);
    refuseForeign(loaded);
    return loaded;
  };
  return {
    list: (query) => listObligations(engine.db, query),

    async show(operationId) {
      const [obligation, { snapshot, events }] = await Promise.all([
        findObligation(engine.db, operationId),
        load(operationId),
      ]);
      return { obligation, snapshot, events };
    },

    retry: (operationId) =>
      decide(async () => {
        const loaded = await loadToWrite(operationId);
        const waits = ['recovering', 'needs_attention'].includes(loaded.snapshot.status);
        if (waits || !(await goesOnByItself(engine.db, operationId)))
          return retryLoaded(engine, drive, loaded);
        void drive.retry(operationId);
        return loaded.snapshot;
      }),

    async compensate(operationId) {
      if (!engine.compensator)
        throw new NftUpgradeError('missing_capability', {
          message: 'No compensator was given to the service.',
        });
      await findObligation(engine.db, operationId);
      await decide(async () => {
        const loaded = await loadToWrite(operationId);
        await refuseWhileMintMayLand(engine, loaded);
        await engine.db.tx((sql) => claimCompensation(sql, operationId, loaded.snapshot));
      });
      // The decision stands from here on; the payment and the last event follow, also after a
      // crash.
      await drive.advance(operationId);
      return (await load(operationId)).snapshot;
    },
  };
}

/** What is open beside an operation that goes on trying: a retry is only a look now. */
async function goesOnByItself(db: Db, operationId: string): Promise<boolean> {
  const rows = await db.sql(
    `select 1 from nft_upgrade.obligation where operation_id = $1 and settlement is null
      and kind <> 'delivery'`,
    [operationId],
  );
  return rows.length > 0;
}

/** One row decides between the mint and the compensation, and the status is read under its lock. */
async function claimCompensation(
  sql: Sql,
  operationId: string,
  { asset, seq }: Snapshot,
): Promise<void> {
  const [row] = await sql<{ settlement: string | null; status: string; seq: number }>(
    `select o.settlement, p.status, p.seq from nft_upgrade.operation p
      join nft_upgrade.obligation o on o.operation_id = p.id where p.id = $1 for update of p, o`,
    [operationId],
  );
  if (row?.settlement === 'compensated') return;
  if (!row || row.settlement !== null || row.status !== 'needs_attention') {
    throw new NftUpgradeError('compensate_refused', {
      operationId,
      asset,
      details: { status: row?.status ?? null },
    });
  }
  // It was retried after the look at the chain, and needs attention again: that look is old.
  if (row.seq !== seq) throw new NftUpgradeError('journal_conflict', { operationId });
  // Who is at work on it still, however late, writes nothing any more.
  await sql(
    `update nft_upgrade.operation set lease = lease + 1, leased_until = '-infinity',
      asset_since = clock_timestamp(), alerted = false where id = $1`,
    [operationId],
  );
  await sql(
    `update nft_upgrade.obligation set settlement = 'compensated', alarmed_at = null,
      settled_at = clock_timestamp()
      where operation_id = $1`,
    [operationId],
  );
}

async function refuseWhileMintMayLand(
  engine: Engine,
  loaded: Parameters<typeof stepOf>[1],
): Promise<void> {
  const { operationId, status, asset } = loaded.snapshot;
  if (status !== 'needs_attention')
    throw new NftUpgradeError('compensate_refused', { operationId, asset, details: { status } });
  if (!engine.chain) return;
  const step = stepOf(engine, loaded);
  const plan = await readPlan(step);
  // However far this one has come: what a restored database has forgotten may have minted.
  const place = await placeOf(step, plan);
  // What failed on the chain says nothing of an attempt that may still land.
  const attempts = (await step.attempts.list<MintAttempt>('mint')).filter(
    ({ outcome }) => outcome === null || outcome === DEAD,
  );
  const observed =
    place &&
    (await engine.chain.mint.observe(
      place,
      attempts.map((row) => row.data),
    ));
  const seen = observed ?? { kind: 'pending' as const };
  // What stands there for good, and is not the NFT, is in the way of every mint: such an obligation
  // is settled like this or never.
  if (
    seen.kind === 'absent' ||
    seen.kind === 'unexpected' ||
    (seen.kind === 'failed' && isErrorCode(seen.code) && attempts.length === 1)
  )
    return;
  throw new NftUpgradeError('compensate_refused', {
    operationId,
    asset,
    details: { mint: seen.kind },
  });
}
