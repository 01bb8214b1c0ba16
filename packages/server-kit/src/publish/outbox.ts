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

/** Which deliveries are claimed. */
export interface Claim {
  readonly name: string;
  readonly ordered: boolean;
  /**
   * Only those of operations that this node has the definition of, as `name version`; null for any.
   */
  readonly definitions: readonly string[] | null;
}

/** A delivery under a lease, or one that was put aside because it waits for another. */
export type ClaimedDelivery = Delivery & { held: boolean };

/**
 * Takes what is due for a sink, at most `limit`, under a lease: several nodes share the work, and
 * what a node that dies has taken is due again. Of an ordered sink each operation gives at most its
 * first: whatever comes before it, also a dead letter, holds the rest back. One that is held back
 * is marked when it is met, and met no more until it is released, so that any number of them costs
 * nothing. now(), not clock_timestamp(): only what stays the same during the statement ends the
 * walk through the index at the first row that is not due.
 */
export const claimDeliveries = (
  { db, schema }: OutboxPlace,
  { name, ordered, definitions }: Claim,
  leaseMs: number,
  limit: number,
) =>
  db.sql<ClaimedDelivery>(
    `with due as (
       select w.id, w.sink, w.operation_id, w.outbox_id from ${schema}.delivery w
       where w.sink = $1 and w.state = 'waiting' and not w.held and w.due_at <= now()
         ${definitions ? known(schema) : ''}
       order by w.due_at limit $4 for update skip locked),
     judged as (
       select id, $2 and exists (select 1 from ${schema}.delivery b
         where b.sink = due.sink and b.operation_id = due.operation_id
           and b.outbox_id < due.outbox_id and b.state in ('waiting', 'dead')) as held from due)
     update ${schema}.delivery d set held = j.held, tries = d.tries + (not j.held)::int,
       due_at = clock_timestamp() + make_interval(secs => $3)
     from judged j, ${schema}.outbox o
     where d.id = j.id and o.id = d.outbox_id
     returning d.id, d.operation_id as "operationId", o.topic, o.data, d.tries, d.held`,
    [name, ordered, leaseMs / 1000, limit, ...(definitions ? [definitions] : [])],
  );

const known = (schema: OutboxSchema) => `and exists (select 1 from ${schema}.operation p
  where p.id = w.operation_id and p.process || ' ' || p.version = any($5::text[]))`;

/**
 * Makes the first delivery of the operation due that waits for no other any more. Asked for in a
 * statement of its own after what held it back is settled, and again after one was marked as held:
 * whichever of the two commits last sees the other.
 */
export const releaseNext = ({ db, schema }: OutboxPlace, sink: string, operationId: string) =>
  db.sql(
    `update ${schema}.delivery set held = false, due_at = clock_timestamp()
     where id = (select id from ${schema}.delivery where sink = $1 and operation_id = $2
         and state in ('waiting', 'dead') order by outbox_id limit 1)
       and held and state = 'waiting'`,
    [sink, operationId],
  );

/** Held deliveries that are looked at again at once. */
const HEALED = 200;

/**
 * A node can die between a settlement and the release of what waited for it: those that have been
 * held for long are looked at again, some at a time. And what is due later than anything can be is
 * due: the clock was set back.
 */
export async function heal(
  { db, schema }: OutboxPlace,
  sink: string,
  leaseMs: number,
): Promise<void> {
  const longest = Math.max(leaseMs, LONGEST_PAUSE_MS) / 1000;
  await db.sql(
    `with old as (select id, operation_id, outbox_id from ${schema}.delivery
         where sink = $1 and state = 'waiting' and held and due_at <= now()
         order by due_at limit ${HEALED} for update skip locked),
     judged as (select id, exists (select 1 from ${schema}.delivery b
         where b.sink = $1 and b.operation_id = old.operation_id and b.outbox_id < old.outbox_id
           and b.state in ('waiting', 'dead')) as held from old)
     update ${schema}.delivery d set held = j.held,
       due_at = clock_timestamp() + make_interval(secs => case when j.held then $2 else 0 end)
     from judged j where d.id = j.id`,
    [sink, longest],
  );
  await db.sql(
    `update ${schema}.delivery set due_at = clock_timestamp()
     where sink = $1 and state = 'waiting' and due_at > now() + make_interval(secs => $2)
       and id in (select id from ${schema}.delivery where sink = $1 and state = 'waiting'
         and not held and due_at > now() + make_interval(secs => $2) limit ${HEALED})`,
    [sink, longest + CLOCK_SLACK_S],
  );
}

/** There is time between the beginning of a statement, which is its now(), and what it writes. */
const CLOCK_SLACK_S = 60;

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

/** Publications that are deleted in one statement. */
const PRUNED = 1_000;

/**
 * Deletes what was delivered long ago, until there is no more of it; what is waiting or dead stays.
 */
export async function prune(
  { db, schema }: OutboxPlace,
  keepMs: number,
  signal?: AbortSignal,
): Promise<void> {
  while (!signal?.aborted) {
    // Asked row by row, and deleted by key: joins of whole tables look cheaper to the planner than
    // they are for a batch.
    const old = await db.sql<{ id: number }>(
      `select id from ${schema}.outbox o where created_at < now() - make_interval(secs => $1)
         and (select 1 from ${schema}.delivery d where d.outbox_id = o.id
           and d.state in ('waiting', 'dead') limit 1) is null
       order by created_at limit ${PRUNED}`,
      [keepMs / 1000],
    );
    if (old.length > 0)
      await db.sql(
        `with gone as (delete from ${schema}.delivery where outbox_id = any($1::bigint[]))
         delete from ${schema}.outbox where id = any($1::bigint[])`,
        [old.map(({ id }) => id)],
      );
    if (old.length < PRUNED) return;
  }
}
