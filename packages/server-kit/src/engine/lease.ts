import type { AnyProcess } from '@aiw3/nft-upgrade/protocol';
import type { Db } from '../db/db.ts';

/**
 * The right to write for an operation. Each node that takes it up gets another number, and whatever
 * a step writes is written only while its number is the one in the row: an answer that comes late
 * writes nothing.
 */
export interface Lease {
  readonly operationId: string;
  readonly lease: number;
}

/** How a lease is taken in an update of the operation, for `$n` seconds. */
export const taking = (seconds: string): string =>
  `lease = lease + 1, leased_until = clock_timestamp() + make_interval(secs => ${seconds})`;

/**
 * Takes one operation up. Resolves to null where somebody is at work on it, it has ended, or only
 * nodes of another version know it.
 */
export async function takeLease(
  db: Db,
  operationId: string,
  { definitions, leaseMs }: { definitions: readonly AnyProcess[]; leaseMs: number },
): Promise<Lease | null> {
  const [row] = await db.sql<{ lease: number }>(
    `update nft_upgrade.operation set checked_at = clock_timestamp(), ${taking('$2')}
      where id = $1 and live and leased_until <= clock_timestamp()
        and (process, version) in (select * from unnest($3::text[], $4::int[])) returning lease`,
    [
      operationId,
      leaseMs / 1_000,
      definitions.map(({ name }) => name),
      definitions.map(({ version }) => version),
    ],
    'nft_upgrade_take',
  );
  return row ? { operationId, lease: row.lease } : null;
}

const held = `from unnest($1::text[], $2::int[]) as held (id, lease)
  where operation.id = held.id and operation.lease = held.lease and live`;
const columns = (leases: readonly Lease[]) => [
  leases.map(({ operationId }) => operationId),
  leases.map(({ lease }) => lease),
];

/**
 * Says of operations that work on them makes progress, so that a step that takes long is not begun
 * a second time elsewhere. A node that was killed or frozen says nothing more, and what it held is
 * taken up.
 */
export async function keepLeases(db: Db, leases: readonly Lease[], leaseMs: number): Promise<void> {
  if (leases.length === 0) return;
  await db.sql(
    `update nft_upgrade.operation set checked_at = clock_timestamp(),
      leased_until = clock_timestamp() + make_interval(secs => $3) ${held}`,
    [...columns(leases), leaseMs / 1_000],
  );
}

/** Gives them back: any node may go on at once. */
export async function releaseLeases(db: Db, leases: readonly Lease[]): Promise<void> {
  if (leases.length === 0) return;
  await db.sql(
    `update nft_upgrade.operation set leased_until = '-infinity' ${held}`,
    columns(leases),
  );
}

/** Of an embedded database, which has one process: those of the one before. */
export async function releaseAll(db: Db): Promise<void> {
  await db.sql(
    `update nft_upgrade.operation set leased_until = '-infinity' where live
      and leased_until > clock_timestamp()`,
  );
}
