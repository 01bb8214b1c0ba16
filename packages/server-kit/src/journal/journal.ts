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
import { qualifiedNft } from './burned-mint.ts';
import type { Definitions } from './definitions.ts';
import type { Owned } from './recent-log.ts';
import { standInFor } from './stand-in.ts';

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
  phase: string;
  seq: number;
  live: boolean;
  traceparent: string | null;
  /** Number of the node that holds it: what is written with another one is refused. */
  lease: number;
}

/** An operation with its log folded. */
export interface Loaded {
  row: OperationRow;
  process: AnyProcess;
  /**
   * This node does not have the definition that it began with: it was begun by a node of another
   * version. Such an operation can be read, with a stand-in for the definition, and is written by
   * other nodes only.
   */
  foreign: boolean;
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

/** Who appends: the step that was begun under a lease, or somebody's command. */
export type Writer = 'step' | 'command';

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
  /** The live operations of a user, newest first. */
  live(process: string, principal: string, limit: number): Promise<Loaded[]>;
  /** Events above `after`, in order; null when there is no such operation of that user. */
  read(owned: Owned, after: number, limit: number): Promise<OperationEvent[] | null>;
  /**
   * Appends behind `loaded`, and with it, in the same statement, whatever `entail` says that it
   * entails. A `step` writes under the lease of `loaded`; a `command` takes the operation up.
   * @throws NftUpgradeError `journal_conflict` when somebody else appended first, or took it up;
   *   nothing is written then
   */
  append(
    sql: Sql,
    loaded: Loaded,
    entries: readonly Entry[],
    entail: (appended: Loaded) => readonly Statement[],
    writer: Writer,
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
  /** The definitions that this node has. */
  definitions: Definitions;
  /** Names this node in the journal. */
  node: string;
  /** How long a node holds what it has written to without a further sign. Milliseconds. */
  leaseMs: number;
  now(): number;
}

const columns =
  'id, process, version, principal, wallet, subject, input, mint_key, ' +
  'status, phase, seq, live, traceparent, lease';
const withEvents = `${columns}, (select jsonb_agg(data order by e.seq)
  from nft_upgrade.event e where operation_id = o.id) as events`;

type FoundRow = OperationRow & TriedRow & { events: OperationEvent[] | null };

export function createJournal({
  db,
  definitions,
  node,
  leaseMs,
  now,
}: JournalOptions): EngineJournal {
  const written = (events: readonly OperationEvent[]): Statement => ({
    text: `written as (
      insert into nft_upgrade.event (operation_id, seq, status, data, node)
      select id, (event->>'seq')::int, event->>'status', event, $1
        from updated, jsonb_array_elements($2::jsonb) event)`,
    values: [node, events],
  });

  const loadedOf = (found: FoundRow, withTried: boolean): Loaded => {
    const { events: stored, attempts, signatures, ...row } = found;
    const events = stored ?? [];
    const own = definitions.find(row.process, row.version);
    const process = own ?? standInFor(row, events, definitions.nearest(row.process, row.version));
    return {
      row,
      process,
      foreign: !own,
      events,
      snapshot: folded(process, events),
      tried: withTried ? triedOf({ attempts, signatures }) : null,
    };
  };

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
        phase: snapshot.phase,
        seq: snapshot.seq,
        live: true,
        traceparent,
        lease: 1,
      };
      const made: Statement = {
        text: `insert into nft_upgrade.operation (id, process, version, principal, wallet, subject,
          input, mint_key, status, phase, asset, seq, live, traceparent, lease, leased_until)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, true, $12, 1,
            clock_timestamp() + make_interval(secs => $13))
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
          leaseMs / 1_000,
        ],
      };
      return (await writeAtomically(sql, made, [written([event]), ...statements]))
        ? { row, process, foreign: false, events: [event], snapshot, tried: null }
        : null;
    },

    async load(operationId, withTried = false) {
      const [found] = await db.sql<FoundRow>(
        `select ${withEvents} ${withTried ? `, ${triedColumns}` : ''}
         from nft_upgrade.operation o where id = $1`,
        [operationId],
        withTried ? 'nft_upgrade_load_tried' : 'nft_upgrade_load',
      );
      return found ? loadedOf(found, withTried) : null;
    },

    async live(process, principal, limit) {
      const rows = await db.sql<FoundRow>(
        `select ${withEvents} from nft_upgrade.operation o
         where principal = $1 and process = $2 and live order by created_at desc limit $3`,
        [principal, process, limit],
        'nft_upgrade_live',
      );
      return rows.map((row) => loadedOf(row, false));
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

    async append(sql, loaded, entries, entail, writer) {
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
        foreign: loaded.foreign,
        snapshot,
        events: [...loaded.events, ...events],
        tried: null,
        row: {
          ...row,
          status: snapshot.status,
          phase: snapshot.phase,
          seq: snapshot.seq,
          live: !snapshot.terminal,
        },
      };
      // The row moves, and everything else follows only if it did.
      const updated: Statement = {
        text: `update nft_upgrade.operation set status = $3, phase = $4, asset = $5, seq = $6,
          live = $7, nft = coalesce($10::text, nft), updated_at = clock_timestamp(),
          checked_at = clock_timestamp(),
          lease = case when $8::int is null then lease + 1 else lease end,
          leased_until = clock_timestamp() + make_interval(secs => $9),
          asset_since = case when asset = $5 then asset_since else clock_timestamp() end,
          alerted = alerted and asset = $5
          where id = $1 and seq = $2 and lease = coalesce($8, lease) returning id, lease`,
        values: [
          row.id,
          loaded.snapshot.seq,
          snapshot.status,
          snapshot.phase,
          snapshot.asset,
          snapshot.seq,
          !snapshot.terminal,
          writer === 'step' ? row.lease : null,
          leaseMs / 1_000,
          qualifiedNft(process, loaded.snapshot, snapshot),
        ],
        taken: {
          constraints: ['operation_live_nft'],
          error: () => new NftUpgradeError('nft_in_use', { operationId: row.id }),
        },
      };
      const statements = [written(events), ...entail(appended)];
      const found = await writeAtomically<{ lease: number }>(sql, updated, statements);
      if (!found) throw new NftUpgradeError('journal_conflict', { operationId: row.id });
      return { ...appended, row: { ...appended.row, lease: found.lease } };
    },
  };
}

function folded(process: AnyProcess, events: readonly OperationEvent[], from?: Snapshot): Snapshot {
  const snapshot = foldAll(process, events, from);
  if (!snapshot) throw new NftUpgradeError('internal', { message: 'The operation has no events.' });
  return snapshot;
}
