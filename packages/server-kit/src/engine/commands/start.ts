import { randomUUID } from 'node:crypto';
import { foldAll, NftUpgradeError, type Snapshot } from '@aiw3/nft-upgrade/protocol';
import type { Started, StartRequest } from '../../http/operations.ts';
import { type Engine, processOf, rulesOf } from '../context.ts';
import type { Drive } from '../drive.ts';

interface KeyRow {
  operation_id: string;
  process: string;
  same: boolean;
}

/**
 * Makes the operation, or attaches to the one that a repeat of this start, or another start for the same subject, has made. Resolves once the first
 * event is committed; the work goes on behind it.
 */
export async function start(engine: Engine, drive: Drive, request: StartRequest): Promise<Started> {
  const process = processOf(engine.processes, request.process);
  const { principal, input, idempotencyKey, traceparent = null } = request;

  const known = await byKey(engine, request);
  if (known) return { snapshot: await snapshotOf(engine, known), attached: true };

  const subject = await rulesOf(engine, process.name).subject({ principal, input });
  const id = `${process.idPrefix}_${randomUUID().replaceAll('-', '')}`;
  const usualMs = engine.durations.of(process.name);
  const outcome = await engine.db.tx(async (sql) => {
    const mintKey = engine.chain?.mint.key ?? '';
    const created = await engine.journal.create(sql, { id, process, principal, subject, input, mintKey, traceparent, usualMs });
    const live = created
      ? id
      : (
          await sql<{ id: string }>(
            'select id from nft_upgrade.operation where principal = $1 and process = $2 and subject = $3 and live',
            [principal.id, process.name, subject],
          )
        )[0]?.id;
    if (live === undefined) return null;
    if (idempotencyKey !== null) {
      const rows = await sql(
        'insert into nft_upgrade.idempotency_key (principal, key, process, input, operation_id) values ($1, $2, $3, $4, $5) on conflict do nothing returning key',
        [principal.id, idempotencyKey, process.name, input, live],
      );
      // The same start, twice at once: the other one has the key, so this one must leave nothing behind.
      if (rows.length === 0) throw new NftUpgradeError('journal_conflict');
    }
    if (created) await engine.queue.enqueue(sql, { operationId: id, seq: 1, startAfterMs: engine.takeoverMs });
    return { operationId: live, created };
  });
  // The live operation ended between two looks: look again.
  if (!outcome) throw new NftUpgradeError('journal_conflict');
  const { created } = outcome;
  const snapshot = (created && foldAll(process, [created])) ?? (await snapshotOf(engine, outcome.operationId));
  if (created) {
    engine.telemetry.add('nft_upgrade.operations.started', { process: process.name });
    engine.log.info('An operation began.', { operationId: id, process: process.name });
    void drive.advance(outcome.operationId);
  }
  return { snapshot, attached: !created };
}

async function byKey(engine: Engine, { principal, idempotencyKey, process, input }: StartRequest): Promise<string | null> {
  if (idempotencyKey === null) return null;
  const [row] = await engine.db.sql<KeyRow>(
    'select operation_id, process, input = $3::jsonb as same from nft_upgrade.idempotency_key where principal = $1 and key = $2',
    [principal.id, idempotencyKey, input],
  );
  if (!row) return null;
  if (row.process !== process || !row.same) throw new NftUpgradeError('idempotency_conflict', { operationId: row.operation_id });
  return row.operation_id;
}

async function snapshotOf(engine: Engine, operationId: string): Promise<Snapshot> {
  const loaded = await engine.journal.load(operationId);
  if (!loaded) throw new NftUpgradeError('not_found');
  return loaded.snapshot;
}
