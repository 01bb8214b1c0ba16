import type { Db, Sql } from '../db/db.ts';
import { alone, type Statement, writeAtomically } from '../db/write-atomically.ts';

/**
 * - `event`: for other systems, through the sinks of the host
 * - `alert`: for people
 * - `release`: what the qualification reserved is free again
 */
export type Topic = 'event' | 'alert' | 'release';

/** Sinks of the kit itself; the host's have other names. */
export const ALERTS = 'alerts';
export const RELEASE = 'release';

/** One thing to tell, as one sink gets it. */
export interface Delivery {
  id: number;
  operationId: string;
  topic: Topic;
  data: Record<string, unknown>;
  /** Deliveries begun so far, this one included. */
  tries: number;
}

export const deliveryStates = ['waiting', 'delivered', 'dead', 'skipped'] as const;
/** What became of a publication. */
export type DeliveryState = (typeof deliveryStates)[number];

/** An outbox, in its database. */
export interface OutboxPlace {
  readonly db: Db;
  readonly schema: OutboxSchema;
}

/** Where an outbox stands: beside the engine's journal, or beside that of an emitter. */
export type OutboxSchema = 'nft_upgrade' | 'nft_upgrade_emitter';

/**
 * What is published with an event, in the statement that writes it: published exactly when the
 * event happened. One part a topic.
 */
export const outboxStatement = (
  topic: Topic,
  data: readonly object[],
  sinks: readonly string[],
  schema: OutboxSchema = 'nft_upgrade',
): Statement => ({
  text: `told_${topic} as (
      insert into ${schema}.outbox (operation_id, topic, data) select id, $1, told
        from updated, jsonb_array_elements($2::jsonb) told
      returning id, operation_id),
    due_${topic} as (
      insert into ${schema}.delivery (sink, outbox_id, operation_id) select sink, id, operation_id
        from told_${topic}, unnest($3::text[]) sink)`,
  values: [topic, data, sinks],
});

/** The same beside another statement of a transaction. */
export const enqueueOutbox = (
  sql: Sql,
  operationId: string,
  topic: Topic,
  data: object,
  sinks: readonly string[],
  schema: OutboxSchema = 'nft_upgrade',
) => writeAtomically(sql, alone(operationId), [outboxStatement(topic, [data], sinks, schema)]);

/** Between two tries to tell a sink. */
export const LONGEST_PAUSE_MS = 300_000;

/**
 * Takes what is due for a sink, at most `limit`, under a lease: several nodes share the work, and
 * what a node that dies has taken is due again. Of an ordered sink each operation gives at most its
 * first: whatever comes before it, also a dead letter, holds the rest back. What would be due later
 * than anything can be is due: the clock was set back.
 */
export const claimDeliveries = (
  { db, schema }: OutboxPlace,
  sink: { name: string; ordered: boolean },
  leaseMs: number,
  limit: number,
) =>
  db.sql<Delivery>(
    `update ${schema}.delivery d set due_at = clock_timestamp() + make_interval(secs => $3),
      tries = d.tries + 1
     from ${schema}.outbox o
     where o.id = d.outbox_id and d.id in (
       select w.id from ${schema}.delivery w
       where w.sink = $1 and w.state = 'waiting'
         and w.due_at not between clock_timestamp()
           and clock_timestamp() + make_interval(secs => $5)
         and not ($2 and exists (select 1 from ${schema}.delivery b
           where b.sink = w.sink and b.operation_id = w.operation_id and b.outbox_id < w.outbox_id
             and b.state in ('waiting', 'dead')))
       order by w.due_at limit $4 for update skip locked)
     returning d.id, d.operation_id as "operationId", o.topic, o.data, d.tries`,
    [sink.name, sink.ordered, leaseMs / 1000, limit, Math.max(leaseMs, LONGEST_PAUSE_MS) / 1000],
  );

/** Only the node whose lease is the last one may say what became of it. */
const mine = `where id = $1 and tries = $2 and state = 'waiting'`;

export const markDelivered = ({ db, schema }: OutboxPlace, { id, tries }: Delivery) =>
  db.sql(
    `update ${schema}.delivery set state = 'delivered', settled_at = clock_timestamp(),
      error = null ${mine}`,
    [id, tries],
  );

/** `refund` takes the try back: it was cut short by this node, not by the sink. */
export const markFailed = (
  { db, schema }: OutboxPlace,
  { id, tries }: Delivery,
  failure: { error: string; pauseMs: number; refund: boolean },
) =>
  db.sql(
    `update ${schema}.delivery set error = $3,
      due_at = clock_timestamp() + make_interval(secs => $4), tries = tries - $5::int ${mine}`,
    [id, tries, failure.error, failure.pauseMs / 1000, failure.refund ? 1 : 0],
  );

export const markDead = ({ db, schema }: OutboxPlace, { id, tries }: Delivery, error: string) =>
  db.sql(
    `update ${schema}.delivery set state = 'dead', settled_at = clock_timestamp(),
      error = $3 ${mine}`,
    [id, tries, error],
  );

/** Deletes what was delivered long ago; what is waiting or dead stays. */
export const prune = ({ db, schema }: OutboxPlace, keepMs: number) =>
  db.sql(
    `with old as (
       select id from ${schema}.outbox o
         where created_at < clock_timestamp() - make_interval(secs => $1)
         and not exists (select 1 from ${schema}.delivery d where d.outbox_id = o.id
           and d.state in ('waiting', 'dead')) limit 1000),
     gone as (delete from ${schema}.delivery where outbox_id in (select id from old))
     delete from ${schema}.outbox where id in (select id from old)`,
    [keepMs / 1000],
  );
