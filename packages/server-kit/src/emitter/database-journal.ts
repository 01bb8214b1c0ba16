import { randomUUID } from 'node:crypto';
import { NftUpgradeError, type OperationEvent } from '@aiw3/nft-upgrade/protocol';
import type { Db, Sql } from '../db/db.ts';
import { isUniqueViolation } from '../db/errors.ts';
import { inSchema } from '../db/in-schema.ts';
import { migrate } from '../db/migrate.ts';
import { createWake, postgresWake } from '../engine/wake.ts';
import type { WakeBus } from '../ports/wake-bus.ts';
import { enqueueOutbox } from '../publish/outbox.ts';
import type { Created, Journal, JournalEntry, JournalKey, Signal } from './journal.ts';
import { emitterMigrations } from './tables.ts';

const SCHEMA = 'nft_upgrade_emitter';

export interface DatabaseJournal extends Journal {
  /** Stops listening. The database stays open. */
  stop(): Promise<void>;
}

/** Options of `databaseJournal`. */
export interface DatabaseJournalOptions {
  /** The tables are in the schema `<schema>_emitter`. Default `nft_upgrade`. */
  schema?: string;
  /** Carries wake-ups between nodes. Default: LISTEN and NOTIFY of the database. */
  wake?: WakeBus;
  /** Called when wake-ups cannot be carried: streams then look by themselves. Default: nothing. */
  onError?(error: unknown): void;
}

/**
 * The emitter's journal in Postgres, for any number of nodes, or in PGlite. Makes its own tables,
 * in schema `nft_upgrade_emitter`. Streams are woken after the commit, as those of the engine are
 * (decision 8).
 */
export async function databaseJournal(
  given: Db,
  options: DatabaseJournalOptions = {},
): Promise<DatabaseJournal> {
  const { schema = 'nft_upgrade' } = options;
  const db = inSchema(given, schema);
  await migrate(db, emitterMigrations, { schema: `${schema}_emitter` });
  const wake = await createWake({
    bus: options.wake ?? postgresWake(db, `${schema}_emitter`),
    node: randomUUID().slice(0, 8),
    onError: (error) => options.onError?.(error),
  });
  const conflict = (operationId: string) =>
    new NftUpgradeError('journal_conflict', { operationId });

  return {
    async create(entry, first, key) {
      for (;;) {
        const created = await db
          .tx((sql) => create(sql, entry, first, key))
          .catch((thrown: unknown) => {
            // Another start with the same key committed in between: look again.
            if (isUniqueViolation(thrown, 'request_key_pkey')) return null;
            throw thrown;
          });
        if (created) return created;
      }
    },
    async find(operationId) {
      const [row] = await db.sql<Stored>(
        `select id as "operationId", process, principal as "principalId", subject, wallet,
          traceparent from nft_upgrade_emitter.operation where id = $1`,
        [operationId],
      );
      if (!row) return null;
      const { wallet, traceparent, ...entry } = row;
      return {
        ...entry,
        ...(wallet !== null && { wallet }),
        ...(traceparent !== null && { traceparent }),
      };
    },
    async live(principalId, process) {
      const rows = await db.sql<{ id: string }>(
        `select id from nft_upgrade_emitter.operation where principal = $1 and process = $2 and live
          order by created_at desc limit 100`,
        [principalId, process],
      );
      return rows.map(({ id }) => id);
    },
    async append(event, ends, notify = []) {
      const { operationId, seq } = event;
      await db
        .tx(async (sql) => {
          // The event before it must be there, and the operation live: both fence off a writer that
          // was overtaken.
          const [written] = await sql(
            `insert into nft_upgrade_emitter.event (operation_id, seq, data)
             select id, $2, $3 from nft_upgrade_emitter.operation where id = $1 and live
               and exists (select 1 from nft_upgrade_emitter.event where operation_id = $1
                 and seq = $2 - 1) returning seq`,
            [operationId, seq, event],
          );
          if (!written) throw conflict(operationId);
          if (ends)
            await sql('update nft_upgrade_emitter.operation set live = false where id = $1', [
              operationId,
            ]);
          if (notify.length > 0)
            await enqueueOutbox(sql, operationId, 'event', { seq }, notify, SCHEMA);
        })
        .catch((thrown: unknown) => {
          throw isUniqueViolation(thrown, 'event_pkey') ? conflict(operationId) : thrown;
        });
      wake.notify(operationId);
    },
    async read(operationId, after, limit) {
      const rows = await db.sql<{ data: OperationEvent }>(
        `select data from nft_upgrade_emitter.event where operation_id = $1 and seq > $2
          order by seq limit $3`,
        [operationId, after, limit],
      );
      return rows.map(({ data }) => data);
    },
    async signal(operationId, name, value) {
      await db.tx(async (sql) => {
        const [found] = await sql(
          'select 1 from nft_upgrade_emitter.operation where id = $1 for update',
          [operationId],
        );
        if (!found) throw new NftUpgradeError('not_found', { operationId });
        await sql(
          `insert into nft_upgrade_emitter.signal (operation_id, number, name, value)
           select $1, coalesce(max(number), 0) + 1, $2, $3::jsonb from nft_upgrade_emitter.signal
             where operation_id = $1
           having not exists (select 1 from nft_upgrade_emitter.signal where operation_id = $1
             and name = $2 and value = $3::jsonb)`,
          [operationId, name, JSON.stringify(value ?? null)],
        );
      });
      wake.notify(operationId);
    },
    signals: (operationId) =>
      db.sql<Signal>(
        `select number, name, value from nft_upgrade_emitter.signal where operation_id = $1
          order by number`,
        [operationId],
      ),
    watch: (operationId, watcher) => wake.subscribe(operationId, watcher),
    outbox: { db, schema: SCHEMA },
    stop: () => wake.stop(),
  };
}

type Stored = Omit<JournalEntry, 'wallet' | 'traceparent'> & {
  wallet: string | null;
  traceparent: string | null;
};

async function create(
  sql: Sql,
  entry: JournalEntry,
  first: OperationEvent,
  key: JournalKey | null,
): Promise<Created | null> {
  const { operationId, process, principalId, subject, wallet = null, traceparent = null } = entry;
  if (key) {
    const [known] = await sql<{ operationId: string; request: string }>(
      `select operation_id as "operationId", request from nft_upgrade_emitter.request_key
        where principal = $1 and key = $2`,
      [principalId, key.key],
    );
    if (known) return { ...known, created: false };
  }
  const [inserted] = await sql(
    `insert into nft_upgrade_emitter.operation (id, process, principal, subject, live, wallet,
      traceparent) values ($1, $2, $3, $4, true, $5, $6)
     on conflict (principal, process, subject) where live do nothing returning id`,
    [operationId, process, principalId, subject, wallet, traceparent],
  );
  let joined = operationId;
  if (inserted)
    await sql(
      'insert into nft_upgrade_emitter.event (operation_id, seq, data) values ($1, $2, $3)',
      [operationId, first.seq, first],
    );
  else {
    const [live] = await sql<{ id: string }>(
      `select id from nft_upgrade_emitter.operation where principal = $1 and process = $2
        and subject = $3 and live`,
      [principalId, process, subject],
    );
    // It ended between the two statements: look again.
    if (!live) return null;
    joined = live.id;
  }
  if (key) {
    await sql(
      `insert into nft_upgrade_emitter.request_key (principal, key, request, operation_id)
        values ($1, $2, $3, $4)`,
      [principalId, key.key, key.request, joined],
    );
  }
  return { operationId: joined, created: inserted !== undefined, request: key?.request ?? null };
}
