import { randomUUID } from 'node:crypto';
import {
  NftUpgradeError,
  PROTOCOL_VERSION,
  type Snapshot,
  versionFor,
} from '@aiw3/nft-upgrade/protocol';
import { alone, type Statement, writeAtomically } from '../../db/write-atomically.ts';
import type { Started, StartRequest } from '../../http/operations.ts';
import { type Engine, processOf, rulesOf } from '../context.ts';
import type { Drive } from '../drive.ts';

interface KeyRow {
  operation_id: string;
  process: string;
  same: boolean;
}

/**
 * Makes the operation, or attaches to the one that a repeat of this start, or another start for the
 * same subject, has made. Resolves once the first event is committed; the work goes on behind it.
 */
export async function start(engine: Engine, drive: Drive, request: StartRequest): Promise<Started> {
  const { principal, input, idempotencyKey, traceparent = null } = request;
  const { protocol = PROTOCOL_VERSION } = request;
  const newest = processOf(engine.processes, request.process);
  // A page that was loaded before a deployment can sign only what its own version writes.
  const process = engine.definitions.find(newest.name, versionFor(newest, protocol)) ?? newest;

  const known = await byKey(engine, request);
  if (known) return { snapshot: await snapshotOf(engine, known), attached: true };

  const subject = await rulesOf(engine, process.name).subject({ principal, input });
  const id = `${process.idPrefix}_${randomUUID().replaceAll('-', '')}`;
  const usualMs = engine.durations.of(process.name);
  const mintKey = engine.chain?.mint.key ?? '';
  const operation = { id, process, principal, subject, input, mintKey, traceparent, usualMs };
  const created = await engine.journal.create(engine.db.sql, operation, [
    engine.queue.add({ operationId: id, seq: 1, startAfterMs: engine.takeoverMs }),
    ...(idempotencyKey === null ? [] : [keyStatement(request, idempotencyKey)]),
  ]);
  if (!created)
    return {
      snapshot: await snapshotOf(engine, await attach(engine, request, subject)),
      attached: true,
    };
  engine.telemetry.add('nft_upgrade.operations.started', { process: process.name });
  engine.log.info('An operation began.', { operationId: id, process: process.name });
  engine.queue.expect(id, engine.takeoverMs);
  void drive.advance(id, created);
  return { snapshot: created.snapshot, attached: false };
}

const keyStatement = ({ principal, process, input }: StartRequest, key: string): Statement => ({
  text: `keyed as (
    insert into nft_upgrade.idempotency_key (principal, key, process, input, operation_id)
      select $1, $2, $3, $4::jsonb, id from updated)`,
  values: [principal.id, key, process, input],
  // The same start, twice at once: the other one has the key, so this one leaves nothing behind.
  taken: {
    constraints: ['idempotency_key_pkey'],
    error: () => new NftUpgradeError('journal_conflict'),
  },
});

/**
 * Joins the operation that lives for the subject. @throws NftUpgradeError `journal_conflict` when
 * it has ended between two looks, or the key was used
 */
async function attach(engine: Engine, request: StartRequest, subject: string): Promise<string> {
  const { principal, process, idempotencyKey } = request;
  const [live] = await engine.db.sql<{ id: string }>(
    `select id from nft_upgrade.operation where principal = $1 and process = $2 and subject = $3
      and live`,
    [principal.id, process, subject],
  );
  if (!live) throw new NftUpgradeError('journal_conflict');
  if (idempotencyKey !== null)
    await writeAtomically(engine.db.sql, alone(live.id), [keyStatement(request, idempotencyKey)]);
  return live.id;
}

async function byKey(
  engine: Engine,
  { principal, idempotencyKey, process, input }: StartRequest,
): Promise<string | null> {
  if (idempotencyKey === null) return null;
  const [row] = await engine.db.sql<KeyRow>(
    `select operation_id, process, input = $3::jsonb as same from nft_upgrade.idempotency_key
      where principal = $1 and key = $2`,
    [principal.id, idempotencyKey, input],
  );
  if (!row) return null;
  if (row.process !== process || !row.same)
    throw new NftUpgradeError('idempotency_conflict', { operationId: row.operation_id });
  return row.operation_id;
}

async function snapshotOf(engine: Engine, operationId: string): Promise<Snapshot> {
  const loaded = await engine.journal.load(operationId);
  if (!loaded) throw new NftUpgradeError('not_found');
  return loaded.snapshot;
}
