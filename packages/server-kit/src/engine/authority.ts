import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Db } from '../db/db.ts';
import type { AuthorityAlert } from '../ports/alerts.ts';
import type { Engine } from './context.ts';
import { isDue } from './due.ts';

/** When the mint authority raises an alert. */
export interface AuthorityWatch {
  /**
   * Lamports below which it counts as low. Default 100 000 000 (0.1 SOL): about 25 mints of
   * Token-2022.
   */
  leastLamports?: number;
  /** Pause between two looks, by one node of all, in milliseconds. Default 60 000. */
  everyMs?: number;
}

const key = 'authority';

/** @throws NftUpgradeError `invalid_option` */
export function authorityWatch({
  leastLamports = 100_000_000,
  everyMs = 60_000,
}: AuthorityWatch = {}): Required<AuthorityWatch> {
  for (const [option, value] of Object.entries({ leastLamports, everyMs }))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new NftUpgradeError('invalid_option', {
        message: `authorityWatch: ${option} must be a whole number above 0.`,
        details: { option },
      });
  return { leastLamports, everyMs };
}

/** What the last look found, of whichever node. */
interface Seen extends AuthorityAlert {
  /** False while a node calls people about a change. */
  notified: boolean;
  /** Of the node, in milliseconds. */
  at: number;
}

/**
 * Looks what the mint authority has, so that somebody fills it up before an owed NFT has to wait:
 * every preflight refuses a burn that the authority could not answer, and this is for the time
 * between two. What was seen is in the database: one node of all looks, all of them show it, and
 * who writes a change down tells it.
 */
export async function watchAuthority(
  engine: Engine,
  { leastLamports, everyMs }: Required<AuthorityWatch>,
): Promise<void> {
  const { db, chain, now, deadlines } = engine;
  if (!chain?.mint.funds || !(await isDue(db, 'authority_looked_at', everyMs))) return;
  const funds = await chain.mint.funds();
  const before = await seenAuthority(db);
  const at = now();
  // Another node sends the alert, or has died over it.
  if (before && !before.notified && at - before.at < 3 * deadlines['alerts.authority']) return;
  // Another authority starts afresh, as does the first look.
  const wasLow = before?.notified === true && before.authority === funds.authority && before.isLow;
  const isLow = funds.lamports < leastLamports;
  const seen: Seen = { ...funds, leastLamports, isLow, notified: isLow === wasLow, at };
  if (!(await replace(db, before, seen)) || seen.notified) return;
  const notified = await notify(engine, { ...funds, leastLamports, isLow });
  // An alert that failed is a change once more for the next look.
  await replace(db, seen, { ...seen, notified: true, isLow: notified ? isLow : wasLow });
}

async function notify({ alerts, log, onError }: Engine, alert: AuthorityAlert): Promise<boolean> {
  if (alert.isLow) log.error('The mint authority runs low.', { ...alert });
  else log.info('The mint authority is filled up again.', { ...alert });
  try {
    await alerts?.authority?.(alert);
    return true;
  } catch (error) {
    onError(error);
    return false;
  }
}

export async function seenAuthority(db: Db): Promise<Seen | null> {
  const [row] = await db.sql<{ value: string }>(
    'select value from nft_upgrade.setting where key = $1',
    [key],
  );
  return row ? (JSON.parse(row.value.replace(STORED_FLAG, FLAG)) as Seen) : null;
}

/** Nodes of every version compare this text, so the flag keeps the name that it has there. */
const FLAG = '"notified":';
const STORED_FLAG = '"told":';
const stored = (seen: Seen): string => JSON.stringify(seen).replace(FLAG, STORED_FLAG);

/** False where another node was faster. */
async function replace(db: Db, before: Seen | null, seen: Seen): Promise<boolean> {
  const value = stored(seen);
  const rows = before
    ? await db.sql(
        'update nft_upgrade.setting set value = $2 where key = $1 and value = $3 returning key',
        [key, value, stored(before)],
      )
    : await db.sql(
        `insert into nft_upgrade.setting (key, value) values ($1, $2) on conflict do nothing
          returning key`,
        [key, value],
      );
  return rows.length > 0;
}
