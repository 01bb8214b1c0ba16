import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import {
  type DeliveryState,
  type OutboxPlace,
  type OutboxSchema,
  releaseNext,
  type Topic,
} from './outbox.ts';

/** One thing to tell one sink, as operators see it. */
export interface OutboxEntry {
  /** Names it in `show`, `replay` and `skip`. */
  id: number;
  sink: string;
  operationId: string;
  process: string;
  topic: Topic;
  data: Readonly<Record<string, unknown>>;
  state: DeliveryState;
  tries: number;
  /** Why the last try failed. */
  error: string | null;
  createdAt: Date;
  /** When it is tried next, while it waits. */
  dueAt: Date;
  settledAt: Date | null;
  /** Later ones of the same operation that wait behind it, counted up to 100. */
  held: number;
}

/** What operators see of the outbox, and do about its dead letters. */
export interface Outbox {
  /**
   * Oldest first, at most `limit` (default 100): the dead letters, or those in another state; of
   * all sinks, or of one.
   */
  list(query?: { state?: DeliveryState; sink?: string; limit?: number }): Promise<OutboxEntry[]>;
  /** @throws NftUpgradeError `not_found` */
  show(id: number): Promise<OutboxEntry>;
  /**
   * Makes one dead letter, or all of a sink, due again with a fresh budget. Resolves with how many.
   * @throws NftUpgradeError `not_found` when the one is not dead
   */
  replay(which: { id: number } | { sink: string }): Promise<number>;
  /**
   * Gives a dead letter up, so that what waits behind it goes out. @throws NftUpgradeError
   * `not_found` when it is not dead
   */
  skip(id: number): Promise<void>;
}

/** What waits behind one is counted up to here. */
const HELD = 100;

const selectFrom = (
  schema: OutboxSchema,
) => `select d.id, d.sink, d.operation_id as "operationId", p.process, o.topic, o.data, d.state,
  d.tries, d.error, o.created_at as "createdAt",
    d.due_at as "dueAt", d.settled_at as "settledAt",
    (select count(*)::int from (select 1 from ${schema}.delivery w
     where w.sink = d.sink and w.operation_id = d.operation_id and w.outbox_id > d.outbox_id
       and w.state = 'waiting' limit ${HELD}) behind) as held
  from ${schema}.delivery d join ${schema}.outbox o on o.id = d.outbox_id
    join ${schema}.operation p on p.id = d.operation_id`;

/** Dead letters that are made due in one statement. */
const REPLAYED = 1_000;

/** @param kick has the delivery workers look at once */
export function createOutbox({ db, schema }: OutboxPlace, kick: () => void): Outbox {
  const select = selectFrom(schema);
  const revive = (which: string, parameters: readonly unknown[]) =>
    db.sql(
      `update ${schema}.delivery set state = 'waiting', held = false, tries = 0,
        due_at = clock_timestamp(), settled_at = null
       where id in (select id from ${schema}.delivery where state = 'dead' and ${which})
       returning id`,
      parameters,
    );
  return {
    list: ({ state = 'dead', sink, limit = 100 } = {}) =>
      db.sql<OutboxEntry>(
        `${select} where d.state = $1 and ($2::text is null or d.sink = $2) order by d.id limit $3`,
        [state, sink, limit],
      ),

    async show(id) {
      const [entry] = await db.sql<OutboxEntry>(`${select} where d.id = $1`, [id]);
      if (!entry)
        throw new NftUpgradeError('not_found', { message: `There is no delivery ${id}.` });
      return entry;
    },

    async replay(which) {
      let replayed = 0;
      for (;;) {
        const rows =
          'id' in which
            ? await revive('id = $1', [which.id])
            : await revive('sink = $1 order by id limit $2', [which.sink, REPLAYED]);
        replayed += rows.length;
        if ('id' in which && rows.length === 0) throw notDead(which.id);
        if ('id' in which || rows.length < REPLAYED) break;
      }
      kick();
      return replayed;
    },

    async skip(id) {
      const [skipped] = await db.sql<{ sink: string; operationId: string }>(
        `update ${schema}.delivery set state = 'skipped', settled_at = clock_timestamp()
          where id = $1 and state = 'dead' returning sink, operation_id as "operationId"`,
        [id],
      );
      if (!skipped) throw notDead(id);
      await releaseNext({ db, schema }, skipped.sink, skipped.operationId);
      kick();
    },
  };
}

const notDead = (id: number) =>
  new NftUpgradeError('not_found', {
    message: `There is no dead letter ${id}.`,
    hint: 'List them first.',
  });
