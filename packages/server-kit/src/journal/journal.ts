import {
  type AnyProcess,
  foldAll,
  NftUpgradeError,
  nextEvent,
  type OperationEvent,
  type Snapshot,
} from '@aiw3/nft-upgrade/protocol';
import type { Db, Sql } from '../db/db.ts';
import { type Statement, writeAtomically } from '../db/write-atomically.ts';
import type { Principal } from '../http/operations.ts';
import { type Tried, type TriedRow, triedColumns, triedOf } from './attempts.ts';
import type { Owned } from './recent-log.ts';

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
  /** What was tried, as it was read with the operation; null when it was not. */
  tried: Tried | null;
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

export interface EngineJournal {
  /**
   * Makes the operation with its first event, and `parts` with it. Resolves to null, with nothing
   * written, when the subject has a live operation already.
   */
  create(
    sql: Sql,
    operation: NewOperation,
    statements: readonly Statement[],
  ): Promise<Loaded | null>;
  /** @param withTried also what was tried, for a step that is about to look at it */
  load(operationId: string, withTried?: boolean): Promise<Loaded | null>;
  /** Events above `after`, in order; null when there is no such operation of that user. */
  read(owned: Owned, after: number, limit: number): Promise<OperationEvent[] | null>;
  /**
   * Appends behind `loaded`, and with it, in the same statement, whatever `entail` says that it
   * entails.
   * @throws NftUpgradeError `journal_conflict` when somebody else appended first; nothing is
   *   written then
   */
  append(
    sql: Sql,
    loaded: Loaded,
    entries: readonly Entry[],
    entail: (appended: Loaded) => readonly Statement[],
  ): Promise<Loaded>;
}

/**
 * What the journal would give back: a payload of the host may hold what JSON has not, such as a
 * date.
 */
const asStored = (event: OperationEvent): OperationEvent =>
  JSON.parse(JSON.stringify(event)) as OperationEvent;

export interface JournalOptions {
  db: Db;
  /** Finds the definition an operation began with. @throws NftUpgradeError `unknown_process` */
  processOf(name: string, version: number): AnyProcess;
  /** Names this node in the journal. */
  node: string;
  now(): number;
}

const columns =
  'id, process, version, principal, wallet, subject, input, mint_key, ' +
  'status, seq, live, traceparent';

export function createJournal({ db, processOf, node, now }: JournalOptions): EngineJournal {
  const written = (events: readonly OperationEvent[]): Statement => ({
    text: `written as (
      insert into nft_upgrade.event (operation_id, seq, status, data, node)
      select id, (event->>'seq')::int, event->>'status', event, $1
        from updated, jsonb_array_elements($2::jsonb) event)`,
    values: [node, events],
  });

  return {
    async create(
      sql,
      { id, process, principal, subject, input, mintKey, traceparent, usualMs },
      statements,
    ) {
      const event = asStored(
        nextEvent(
          process,
          null,
          process.initial,
          { version: process.version, input, ...(usualMs && { usualMs }), message: 'Starting' },
          { operationId: id, at: new Date(now()) },
        ),
      );
      const snapshot = folded(process, [event]);
      const row: OperationRow = {
        id,
        process: process.name,
        version: process.version,
        principal: principal.id,
        wallet: principal.wallet ?? null,
        subject,
        input,
        mint_key: mintKey,
        status: snapshot.status,
        seq: snapshot.seq,
        live: true,
        traceparent,
      };
      const made: Statement = {
        text: `insert into nft_upgrade.operation (id, process, version, principal, wallet, subject,
          input, mint_key, status, phase, asset, seq, live, traceparent)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, true, $12)
          on conflict (principal, process, subject) where live do nothing returning id`,
        values: [
          id,
          row.process,
          row.version,
          row.principal,
          row.wallet,
          subject,
          input,
          mintKey,
          row.status,
          snapshot.phase,
          snapshot.asset,
          traceparent,
        ],
      };
      return (await writeAtomically(sql, made, [written([event]), ...statements]))
        ? { row, process, events: [event], snapshot, tried: null }
        : null;
    },

    async load(operationId, withTried = false) {
      const [found] = await db.sql<OperationRow & TriedRow & { events: OperationEvent[] }>(
        `select ${columns}, (select jsonb_agg(data order by e.seq) from nft_upgrade.event e
          where operation_id = o.id) as events
           ${withTried ? `, ${triedColumns}` : ''}
         from nft_upgrade.operation o where id = $1`,
        [operationId],
        withTried ? 'nft_upgrade_load_tried' : 'nft_upgrade_load',
      );
      if (!found) return null;
      const { events, attempts, signatures, ...row } = found;
      const process = processOf(row.process, row.version);
      return {
        row,
        process,
        events,
        snapshot: folded(process, events ?? []),
        tried: withTried ? triedOf({ attempts, signatures }) : null,
      };
    },

    async read({ process, operationId, principal }, after, limit) {
      const rows = await db.sql<{ data: OperationEvent | null }>(
        `select e.data from nft_upgrade.operation o
         left join nft_upgrade.event e on e.operation_id = o.id and e.seq > $4
         where o.id = $1 and o.process = $2 and o.principal = $3 order by e.seq limit $5`,
        [operationId, process, principal, after, limit],
        'nft_upgrade_read',
      );
      return rows.length === 0 ? null : rows.flatMap(({ data }) => data ?? []);
    },

    async append(sql, loaded, entries, entail) {
      const { row, process } = loaded;
      let { snapshot } = loaded;
      const events: OperationEvent[] = [];
      for (const { status, payload } of entries) {
        // The clock of a server can be set back; the time of an operation never goes back.
        const at = new Date(Math.max(now(), Date.parse(snapshot.updatedAt)));
        const event = asStored(
          nextEvent(process, snapshot, status, payload, { operationId: row.id, at }),
        );
        events.push(event);
        snapshot = folded(process, [event], snapshot);
      }
      const appended: Loaded = {
        process,
        snapshot,
        events: [...loaded.events, ...events],
        tried: null,
        row: { ...row, status: snapshot.status, seq: snapshot.seq, live: !snapshot.terminal },
      };
      // The row moves, and everything else follows only if it did.
      const updated: Statement = {
        text: `update nft_upgrade.operation set status = $3, phase = $4, asset = $5, seq = $6,
          live = $7, updated_at = clock_timestamp(), checked_at = clock_timestamp()
          where id = $1 and seq = $2 returning id`,
        values: [
          row.id,
          loaded.snapshot.seq,
          snapshot.status,
          snapshot.phase,
          snapshot.asset,
          snapshot.seq,
          !snapshot.terminal,
        ],
      };
      if (!(await writeAtomically(sql, updated, [written(events), ...entail(appended)])))
        throw new NftUpgradeError('journal_conflict', { operationId: row.id });
      return appended;
    },
  };
}

function folded(process: AnyProcess, events: readonly OperationEvent[], from?: Snapshot): Snapshot {
  const snapshot = foldAll(process, events, from);
  if (!snapshot) throw new NftUpgradeError('internal', { message: 'The operation has no events.' });
  return snapshot;
}
