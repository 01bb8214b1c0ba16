import { type AnyProcess, foldAll, NftUpgradeError, nextEvent, type OperationEvent, type Snapshot } from '@aiw3/nft-upgrade/protocol';
import type { Db, Sql } from '../db/db.ts';
import type { Principal } from '../http/operations.ts';

/** The row of an operation: who, what, and the last status. */
export interface OperationRow {
  id: string;
  process: string;
  version: number;
  principal: string;
  wallet: string | null;
  subject: string;
  input: Record<string, unknown>;
  mint_key: string;
  status: string;
  seq: number;
  live: boolean;
  traceparent: string | null;
}

/** An operation with its log folded. */
export interface Loaded {
  row: OperationRow;
  process: AnyProcess;
  events: readonly OperationEvent[];
  snapshot: Snapshot;
}

export interface NewOperation {
  id: string;
  process: AnyProcess;
  principal: Principal;
  subject: string;
  input: Readonly<Record<string, unknown>>;
  mintKey: string;
  /** W3C trace context of the request that starts it. */
  traceparent: string | null;
  /** How long each status usually lasts, milliseconds; the first event tells it to clients. */
  usualMs?: Readonly<Record<string, number>> | undefined;
}

/** One status to append, with its payload. */
export interface Entry {
  status: string;
  payload: object;
}

export interface Journal {
  /** Makes the operation with its first event. Resolves to null when the subject has a live operation already. */
  create(sql: Sql, operation: NewOperation): Promise<OperationEvent | null>;
  load(operationId: string): Promise<Loaded | null>;
  /** Events above `after`, in order. */
  read(operationId: string, after: number, limit: number): Promise<OperationEvent[]>;
  /**
   * Appends behind `loaded`, inside a transaction of the caller.
   * @throws NftUpgradeError `journal_conflict` when somebody else appended first; nothing is written then
   */
  append(sql: Sql, loaded: Loaded, entries: readonly Entry[]): Promise<Loaded>;
}

/** What the journal would give back: a payload of the host may hold what JSON has not, such as a date. */
const asStored = (event: OperationEvent): OperationEvent => JSON.parse(JSON.stringify(event)) as OperationEvent;

export interface JournalOptions {
  db: Db;
  /** Finds the definition an operation began with. @throws NftUpgradeError `unknown_process` */
  processOf(name: string, version: number): AnyProcess;
  /** Names this node in the journal. */
  node: string;
  now(): number;
}

const columns = 'id, process, version, principal, wallet, subject, input, mint_key, status, seq, live, traceparent';

export function createJournal({ db, processOf, node, now }: JournalOptions): Journal {
  return {
    async create(sql, { id, process, principal, subject, input, mintKey, traceparent, usualMs }) {
      const event = nextEvent(
        process,
        null,
        process.initial,
        { version: process.version, input, ...(usualMs && { usualMs }), message: 'Starting' },
        { operationId: id, at: new Date(now()) },
      );
      const rows = await sql(
        `with made as (
           insert into nft_upgrade.operation (id, process, version, principal, wallet, subject, input, mint_key, status, phase, asset, seq, live, traceparent)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, true, $14)
           on conflict (principal, process, subject) where live do nothing returning id)
         insert into nft_upgrade.event (operation_id, seq, status, data, node) select id, 1, $9, $12, $13 from made returning seq`,
        [
          id,
          process.name,
          process.version,
          principal.id,
          principal.wallet ?? null,
          subject,
          input,
          mintKey,
          event.status,
          process.statuses[event.status]?.phase ?? '',
          event.asset,
          event,
          node,
          traceparent,
        ],
      );
      return rows.length === 0 ? null : event;
    },

    async load(operationId) {
      const [found] = await db.sql<OperationRow & { events: OperationEvent[] }>(
        `select ${columns}, (select jsonb_agg(data order by e.seq) from nft_upgrade.event e where operation_id = o.id) as events
         from nft_upgrade.operation o where id = $1`,
        [operationId],
      );
      if (!found) return null;
      const { events, ...row } = found;
      const process = processOf(row.process, row.version);
      const snapshot = foldAll(process, events ?? []);
      if (!snapshot) throw new NftUpgradeError('internal', { message: 'The operation has no events.', operationId });
      return { row, process, events, snapshot };
    },

    async read(operationId, after, limit) {
      const rows = await db.sql<{ data: OperationEvent }>(
        'select data from nft_upgrade.event where operation_id = $1 and seq > $2 order by seq limit $3',
        [operationId, after, limit],
      );
      return rows.map((row) => row.data);
    },

    async append(sql, loaded, entries) {
      const { row, process } = loaded;
      let { snapshot } = loaded;
      const events: OperationEvent[] = [];
      for (const { status, payload } of entries) {
        // The clock of a server can be set back; the time of an operation never goes back.
        const at = new Date(Math.max(now(), Date.parse(snapshot.updatedAt)));
        const event = asStored(nextEvent(process, snapshot, status, payload, { operationId: row.id, at }));
        events.push(event);
        snapshot = foldAll(process, [event], snapshot) ?? snapshot;
      }
      // One round trip: the row moves, and the events follow only if it did.
      const moved = await sql(
        `with moved as (
           update nft_upgrade.operation set status = $3, phase = $4, asset = $5, seq = $6, live = $7, updated_at = clock_timestamp(), checked_at = clock_timestamp()
           where id = $1 and seq = $2 returning id)
         insert into nft_upgrade.event (operation_id, seq, status, data, node)
         select id, (event->>'seq')::int, event->>'status', event, $8 from moved, jsonb_array_elements($9::jsonb) event returning seq`,
        [row.id, loaded.snapshot.seq, snapshot.status, snapshot.phase, snapshot.asset, snapshot.seq, !snapshot.terminal, node, events],
      );
      if (moved.length === 0) throw new NftUpgradeError('journal_conflict', { operationId: row.id });
      return {
        process,
        snapshot,
        events: [...loaded.events, ...events],
        row: { ...row, status: snapshot.status, seq: snapshot.seq, live: !snapshot.terminal },
      };
    },
  };
}
