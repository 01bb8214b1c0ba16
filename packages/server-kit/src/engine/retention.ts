import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Db } from '../db/db.ts';
import { anonymous } from '../journal/anonymous.ts';

/** What becomes of operations that have ended long ago. */
export interface Retention {
  /** Ended operations are deleted when they are this old. Milliseconds, at most 100 years. */
  readonly endedMs: number;
  /**
   * Receives each batch before it is deleted, one operation a line (NDJSON), with its events. When
   * it rejects, nothing of the batch is deleted, and the batch comes again: so may one that was
   * received, after a crash. Default: they are deleted unseen.
   */
  export?(lines: string): Promise<void>;
}

/** Operations that are deleted in one statement. */
const BATCH = 500;

const LONGEST_MS = 100 * 366 * 86_400_000;

/** @throws NftUpgradeError `invalid_option` for an age that is none */
export function checkRetention(policy: Retention): Retention {
  const { endedMs } = policy;
  if (Number.isFinite(endedMs) && endedMs > 0 && endedMs <= LONGEST_MS) return policy;
  throw new NftUpgradeError('invalid_option', {
    message: 'retention.endedMs has to be a number of milliseconds above 0, at most 100 years.',
    details: { endedMs },
  });
}

/** Statements over the tables of the engine, or of an emitter. */
export interface RetainedTables {
  /** The table of the operations. */
  readonly operation: string;
  /**
   * Ids that may go: `$1` is the age in seconds, `$2` how many, `$3` the user where it is one's.
   */
  select(ofUser: boolean): string;
  /** Lines of operations `o`, without the condition. */
  readonly exported: string;
  /** Deletes those of `$1`, and gives their ids. */
  readonly remove: string;
}

/** Whose, and how old: what is looked for. */
interface Ended {
  readonly endedMs: number;
  readonly principal: string | null;
}

/**
 * Ended, with nothing that is owed or still to be delivered about it. Live ones are found neither:
 * the index holds those that have ended, oldest first.
 */
const select = (principal: boolean) => `select o.id from nft_upgrade.operation o
  where not o.live and o.updated_at < now() - make_interval(secs => $1)
    ${principal ? 'and o.principal = $3' : ''}
    and not exists (select 1 from nft_upgrade.obligation b
      where b.operation_id = o.id and b.settlement is null)
    and not exists (select 1 from nft_upgrade.delivery d
      where d.operation_id = o.id and d.state in ('waiting', 'dead'))
    and not exists (select 1 from nft_upgrade.unbound_burn u where u.operation_id = o.id)
    and not exists (select 1 from nft_upgrade.operator_request r
      where r.operation_id = o.id and r.done_at is null)
  order by ${principal ? 'o.id' : 'o.updated_at'} limit $2`;

const exported = `select (to_jsonb(o) - 'checked_at' || jsonb_build_object(
    'events', (select jsonb_agg(e.data order by e.seq) from nft_upgrade.event e
      where e.operation_id = o.id),
    'signatures', (select jsonb_agg(s.signature) from nft_upgrade.burn_signature s
      where s.operation_id = o.id),
    'obligation', (select to_jsonb(b) from nft_upgrade.obligation b where b.operation_id = o.id)
  ))::text as line
  from nft_upgrade.operation o`;

const children = [
  'event',
  'attempt',
  'burn_signature',
  'idempotency_key',
  'operator_request',
  'obligation',
  'delivery',
  'outbox',
];

/**
 * All of it or nothing: constraints between the tables are looked at when the statement ends. The
 * rows are locked first, so that of two nodes one deletes, and counts, what is left.
 */
const remove = `with gone as (
    select id, principal, process, subject, status from nft_upgrade.operation
      where id = any($1::text[]) and not live order by id for update),
  stays as (update nft_upgrade.burned b
    set mint_address = e.data->>'mintAddress', mint_signature = e.data->>'transactionSignature'
    from nft_upgrade.event e
    where b.operation_id = any(array(select id from gone)) and e.operation_id = b.operation_id
      and e.status = 'updating_records'),
  counted as (insert into nft_upgrade.delivered_before as d (who, number)
    select ${anonymous('principal', 'process', 'subject')}, count(*) from gone
      where status = 'completed' group by 1
    on conflict (who) do update set number = d.number + excluded.number),
  ${children
    .map(
      (table) => `${table}_gone as (
    delete from nft_upgrade.${table} where operation_id = any(array(select id from gone)))`,
    )
    .join(',\n  ')}
  delete from nft_upgrade.operation where id = any(array(select id from gone)) returning id`;

const ofEngine: RetainedTables = { operation: 'nft_upgrade.operation', select, exported, remove };

/**
 * Deletes what has ended and is old enough, batch by batch, until there is no more of it, or `most`
 * are gone. Any number of nodes may do so at once. Resolves with how many there were.
 */
export async function deleteEnded(
  db: Db,
  { endedMs, export: give }: Retention,
  {
    principal = null,
    most = Number.POSITIVE_INFINITY,
    signal,
    tables = ofEngine,
  }: {
    principal?: string | null;
    most?: number;
    signal?: AbortSignal;
    tables?: RetainedTables | undefined;
  } = {},
): Promise<number> {
  for (let deleted = 0; ; ) {
    const limit = Math.min(BATCH, most - deleted);
    if (signal?.aborted || limit <= 0) return deleted;
    const ids = await endedIds(db, tables, { endedMs, principal }, limit);
    if (ids.length === 0) return deleted;
    if (give) await give(await exportLines(db, tables, ids));
    deleted += (await db.sql(tables.remove, [ids])).length;
    if (ids.length < limit) return deleted;
  }
}

async function endedIds(
  db: Db,
  tables: RetainedTables,
  { endedMs, principal }: Ended,
  limit: number,
): Promise<string[]> {
  const rows = await db.sql<{ id: string }>(tables.select(principal !== null), [
    endedMs / 1000,
    limit,
    ...(principal === null ? [] : [principal]),
  ]);
  return rows.map(({ id }) => id);
}

async function exportLines(
  db: Db,
  { exported: lines }: RetainedTables,
  ids: readonly string[],
): Promise<string> {
  const rows = await db.sql<{ line: string }>(
    `${lines} where o.id = any($1::text[]) order by o.id`,
    [ids],
  );
  return rows.map(({ line }) => `${line}\n`).join('');
}

/** Everything that is known of a user, one operation a line, some operations at a time. */
export async function* exportUser(
  db: Db,
  principal: string,
  tables: RetainedTables = ofEngine,
): AsyncGenerator<string> {
  for (let after = ''; ; ) {
    const rows = await db.sql<{ id: string }>(
      `select id from ${tables.operation} where principal = $1 and id > $2 order by id limit $3`,
      [principal, after, BATCH],
    );
    const ids = rows.map(({ id }) => id);
    if (ids.length > 0) yield await exportLines(db, tables, ids);
    const last = ids.at(-1);
    if (ids.length < BATCH || last === undefined) return;
    after = last;
  }
}

/**
 * Deletes what has ended of a user. What lives, is owed or is still to be delivered stays until it
 * is not so any more; resolves with how much of each there is.
 */
export async function eraseUser(
  db: Db,
  principal: string,
  tables: RetainedTables = ofEngine,
): Promise<{ erased: number; left: number }> {
  const erased = await deleteEnded(db, { endedMs: 0 }, { principal, tables });
  const [row] = await db.sql<{ left: number }>(
    `select count(*)::int as left from ${tables.operation} where principal = $1`,
    [principal],
  );
  return { erased, left: row?.left ?? 0 };
}
