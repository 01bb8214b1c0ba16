import { unpackMint } from '@solana/spl-token';
import { Connection, PublicKey } from '@solana/web3.js';
import type { Db } from '../../db/db.ts';
import { type AuditedOperation, journalFaults, readOperations } from '../invariants.ts';
import { fenceFaults } from './fence.ts';

export interface AuditInput {
  db: Db;
  rpcUrl: string;
  /** Address that mints. */
  authority: string;
  /** Operations that clients know of. */
  acknowledged: ReadonlySet<string>;
  /** When something was done to them. Milliseconds since the epoch. */
  faults: readonly number[];
}

export interface Audit {
  /**
   * What users began, once each, however often the start was repeated: also what was acknowledged
   * and is not in the journal.
   */
  operations: number;
  /** Ended with what the user came for. */
  completed: number;
  /** Ended with something else for what was burned. */
  compensated: number;
  /** Ended before anything irreversible, as `qualification_failed` or `cancelled`. */
  refused: number;
  /** Acknowledged, and not in the journal, or without an end. */
  lost: number;
  /** Upgrades by the version of their definition. */
  versions: Readonly<Record<string, number>>;
  violations: string[];
  /**
   * Longest time that an operation whose next step was the server's stood still across a fault, in
   * milliseconds.
   */
  slowestRecoveryMs: number;
  /** What that operation waited for. */
  slowestStep: string;
}

const waitsForTheUser = new Set(['awaiting_burn']);

/**
 * Looks at the whole journal, the records of the host and the chain, and names everything that must
 * not be.
 */
export async function audit({
  db,
  rpcUrl,
  authority,
  acknowledged,
  faults,
}: AuditInput): Promise<Audit> {
  const rows = await readOperations(db);
  const known = new Map(rows.map((row) => [row.id, row]));
  const missing = [...acknowledged]
    .filter((id) => !known.has(id))
    .map((id) => `${id}: was acknowledged and is lost`);
  const ended = (...statuses: string[]) =>
    rows.filter(({ status }) => statuses.includes(status)).length;
  const upgrades = rows.filter(({ process }) => process === 'upgrade');
  const violations = [
    ...(await journalFaults(db)),
    ...missing,
    ...(await fenceFaults(db)),
    ...(await recordFaults(db)),
    ...(await chainFaults(db, rows, rpcUrl, authority)),
  ];
  const slow = rows
    .map((row) => slowest(row, faults))
    .reduce((one, other) => (other.ms > one.ms ? other : one), { ms: 0, step: '' });
  return {
    operations: rows.length + missing.length,
    completed: ended('completed'),
    compensated: ended('compensated'),
    refused: ended('qualification_failed', 'cancelled'),
    lost: [...acknowledged].filter((id) => known.get(id)?.live !== false).length,
    versions: Object.fromEntries(
      [...Map.groupBy(upgrades, ({ version }) => version)].map(([version, those]) => [
        version,
        those.length,
      ]),
    ),
    violations,
    slowestRecoveryMs: slow.ms,
    slowestStep: slow.step,
  };
}

/** The host recorded each delivery once, and nothing else. */
async function recordFaults(db: Db): Promise<string[]> {
  const rows = await db.sql<{ id: string; fault: string }>(
    `select id, 'no record of its NFT' as fault from nft_upgrade.operation o
       where status = 'completed' and process <> 'badge_activation'
         and not exists (select 1 from torture.nft where operation_id = o.id)
     union all select operation_id, 'a record without a delivery' from torture.nft n
       where not exists (select 1 from nft_upgrade.operation where id = n.operation_id
         and status = 'completed')
     union all select coalesce(o.id, operation_id), 'I3: ' || coalesce(o.status, 'nothing')
         || ' with ' || count(c.id) || ' compensations'
       from torture.compensation c full join nft_upgrade.operation o on o.id = operation_id
       group by o.id, o.status, operation_id
       having count(c.id) <> case when o.status = 'compensated' then 1 else 0 end
     union all select holder, 'holds two NFTs by the records' from torture.nft where held
       group by holder having count(*) > 1
     union all select operation_id, 'still reserved' from torture.reservation r
       join nft_upgrade.operation o on o.id = r.operation_id
         where o.status in ('qualification_failed', 'cancelled', 'burn_failed', 'error')
         and exists (select 1 from nft_upgrade.delivery d where d.operation_id = o.id
           and sink = 'release' and state = 'delivered')
`,
  );
  return rows.map(({ id, fault }) => `${id}: ${fault}`);
}

/**
 * I1, I5: every transaction of the authority is the mint that one completed operation names, and
 * every burned NFT is gone.
 */
async function chainFaults(
  db: Db,
  rows: readonly AuditedOperation[],
  rpcUrl: string,
  authority: string,
): Promise<string[]> {
  const connection = new Connection(rpcUrl, 'finalized');
  const named = new Map<string, string>();
  const faults: string[] = [];
  for (const { id, status, events } of rows) {
    const signature = events.find(
      (event) => event.status === 'updating_records',
    )?.transactionSignature;
    if (typeof signature !== 'string') continue;
    if (named.has(signature))
      faults.push(`${id}: I1: shares its mint with ${named.get(signature)}`);
    if (status === 'completed') named.set(signature, id);
  }
  let before: string | undefined;
  for (;;) {
    const page = await connection.getSignaturesForAddress(new PublicKey(authority), {
      limit: 1_000,
      ...(before && { before }),
    });
    for (const { signature, err } of page) {
      if (err === null && !named.delete(signature))
        faults.push(`I1: the mint ${signature} belongs to no completed operation`);
    }
    before = page.at(-1)?.signature;
    if (page.length < 1_000) break;
  }
  for (const [signature, id] of named)
    faults.push(`${id}: I5: its mint ${signature} is not on the chain`);

  const records = await db.sql<{ mint: string; held: boolean; operation_id: string }>(
    'select mint, held, operation_id from torture.nft',
  );
  for (const { mint, held, operation_id } of records) {
    const account = await connection.getAccountInfo(new PublicKey(mint));
    const supply = account ? unpackMint(new PublicKey(mint), account, account.owner).supply : 0n;
    if (supply !== (held ? 1n : 0n))
      faults.push(
        `${operation_id}: I1: supply of its NFT is ${supply}, by the records it is ` +
          `${held ? 'held' : 'burned'}`,
      );
  }
  return faults;
}

function slowest(
  { events, times }: AuditedOperation,
  faults: readonly number[],
): { ms: number; step: string } {
  let longest = { ms: 0, step: '' };
  for (let index = 1; index < events.length; index += 1) {
    const [from = 0, to = 0] = [times[index - 1], times[index]];
    const before = events[index - 1];
    if (to - from <= longest.ms || !before || waitsForTheUser.has(before.status)) continue;
    if (faults.some((at) => at >= from && at <= to))
      longest = { ms: Math.round(to - from), step: `${before.status} → ${events[index]?.status}` };
  }
  return longest;
}
