import {
  type AnyProcess,
  foldAll,
  follows,
  type OperationEvent,
  type Processes,
  processes as standard,
} from '@aiw3/nft-upgrade/protocol';
import type { Db } from '../db/db.ts';
import type { OperationRow } from '../journal/journal.ts';
import type { BurnAttempt } from '../ports/chain.ts';

/** An operation with its whole log, in which faults are looked for. */
export interface AuditedOperation extends OperationRow {
  asset: string;
  events: OperationEvent[];
  /** When each event was committed, milliseconds since the epoch, by the clock of the database. */
  times: number[];
}

/** Every operation with its events and their times, as the database has them. */
export const readOperations = (db: Db): Promise<AuditedOperation[]> =>
  db.sql<AuditedOperation>(
    `select o.*, (select jsonb_agg(data order by seq) from nft_upgrade.event
      where operation_id = o.id) as events,
       (select jsonb_agg(floor(extract(epoch from at) * 1000) order by seq) from nft_upgrade.event
         where operation_id = o.id) as times
     from nft_upgrade.operation o order by created_at`,
  );

/**
 * Names whatever must not be in the journal once everything has come to rest: I2 (a second burn
 * only when the first cannot land any more), I3 (after the burn only `completed` or `compensated`),
 * I4 (the log alone gives the state), and obligations that are open or settled twice.
 */
export async function journalFaults(db: Db, processes: Processes = standard): Promise<string[]> {
  const operations = await readOperations(db);
  return [
    ...operations.flatMap((operation) => logFaults(operation, processes)),
    ...(await attemptFaults(db)),
    ...(await obligationFaults(db)),
  ];
}

function logFaults(
  { id, process: name, events, status, seq, asset, live }: AuditedOperation,
  processes: Processes,
): string[] {
  const process: AnyProcess | undefined = Object.hasOwn(processes, name)
    ? processes[name]
    : undefined;
  const folded = process && foldAll(process, events ?? []);
  if (!process || !folded) return [`${id}: I4: its log cannot be folded`];
  const faults: string[] = [];
  if (
    folded.status !== status ||
    folded.seq !== seq ||
    folded.asset !== asset ||
    folded.terminal === live
  )
    faults.push('I4: row and log differ');
  events.forEach((event, index) => {
    if (event.seq !== index + 1) faults.push(`I4: event ${event.seq} stands at ${index + 1}`);
    const before = events[index - 1];
    if (before && !follows(process, before.status, event.status))
      faults.push(`I4: ${event.status} follows ${before.status}`);
  });
  const burned = events.some((event) => event.status === 'burn_verified');
  if (!folded.terminal)
    faults.push(
      `I3: still ${status}${typeof folded.now.code === 'string' ? ` (${folded.now.code})` : ''}`,
    );
  else if (burned && status !== 'completed' && status !== 'compensated')
    faults.push(`I3: ended with ${status} after the burn`);
  return faults.map((fault) => `${id}: ${fault}`);
}

/** Blocks that a transaction may still land in, when it is made. */
const LIFETIME = 150;

/**
 * A second burn transaction goes out only when the first cannot land any more: it has failed on the
 * chain, or the life of the second begins behind its end.
 */
async function attemptFaults(db: Db): Promise<string[]> {
  const rows = await db.sql<{ operation_id: string; data: BurnAttempt; outcome: string | null }>(
    `select operation_id, data, outcome from nft_upgrade.attempt where kind = 'burn'
      order by operation_id, attempt`,
  );
  return rows.flatMap(({ operation_id, data }, index) => {
    const before = rows[index - 1];
    if (before?.operation_id !== operation_id || before.outcome?.startsWith('failed on chain'))
      return [];
    const born = data.lastValidBlockHeight - LIFETIME;
    return born > before.data.lastValidBlockHeight
      ? []
      : [`${operation_id}: I2: burn ${data.attempt} went out while the one before could land`];
  });
}

async function obligationFaults(db: Db): Promise<string[]> {
  const rows = await db.sql<{ operation_id: string; settlement: string | null; status: string }>(
    `select operation_id, settlement, status from nft_upgrade.obligation
      join nft_upgrade.operation on id = operation_id`,
  );
  return rows.flatMap(({ operation_id, settlement, status }) =>
    settlement === (status === 'completed' ? 'delivered' : 'compensated')
      ? []
      : [`${operation_id}: I3: ${status} with a debt that is ${settlement ?? 'open'}`],
  );
}
