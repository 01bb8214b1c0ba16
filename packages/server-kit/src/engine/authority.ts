import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Db } from '../db/db.ts';
import type { AuthorityAlert } from '../ports/alerts.ts';
import type { Engine } from './context.ts';
import { isDue } from './reconcile.ts';

/** When people are called about the mint authority. */
export interface AuthorityWatch {
  /** Lamports below which it counts as low. Default 100 000 000 (0.1 SOL): about 25 mints of Token-2022. */
  leastLamports?: number;
  /** Pause between two looks, by one node of all, in milliseconds. Default 60 000. */
  everyMs?: number;
}

const key = 'authority';
/** A pager that hangs must not hold up the next look, nor a stop. Milliseconds. */
const alertTimeoutMs = 10_000;

/** @throws NftUpgradeError `invalid_option` */
export function authorityWatch({ leastLamports = 100_000_000, everyMs = 60_000 }: AuthorityWatch = {}): Required<AuthorityWatch> {
  for (const [option, value] of Object.entries({ leastLamports, everyMs }))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new NftUpgradeError('invalid_option', {
        message: `authorityWatch: ${option} must be a whole number above 0.`,
        details: { option },
      });
  return { leastLamports, everyMs };
}

/**
 * Looks what the mint authority has, so that somebody fills it up before an owed NFT has to wait: every preflight refuses a burn that the authority could not
 * answer, and this is for the time between two. What was seen is in the database, so that one node of all looks, and all of them show it.
 */
export async function watchAuthority(engine: Engine, { leastLamports, everyMs }: Required<AuthorityWatch>): Promise<void> {
  const { db, chain, alerts, log } = engine;
  if (!chain?.mint.funds || !(await isDue(db, 'authority_looked_at', everyMs))) return;
  const funds = await chain.mint.funds();
  const before = await seenAuthority(db);
  // Another authority stands for itself, as does the first look.
  const wasLow = before?.authority === funds.authority && before.isLow;
  const seen: AuthorityAlert = { ...funds, leastLamports, isLow: funds.lamports < leastLamports };
  let told = true;
  if (seen.isLow !== wasLow) {
    if (seen.isLow) log.error('The mint authority runs low.', { ...seen });
    else log.info('The mint authority is filled up again.', { ...seen });
    try {
      await inTime(alerts?.authority?.(seen));
    } catch (error) {
      engine.onError(error);
      told = false;
    }
  }
  // An alert that could not be given is given again: the change counts as seen only when it was told.
  const stored: AuthorityAlert = { ...seen, isLow: told ? seen.isLow : wasLow };
  await db.sql('insert into nft_upgrade.setting (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value', [
    key,
    JSON.stringify(stored),
  ]);
}

/** What the last look found, of whichever node. */
export async function seenAuthority(db: Db): Promise<AuthorityAlert | null> {
  const [row] = await db.sql<{ value: string }>('select value from nft_upgrade.setting where key = $1', [key]);
  return row ? (JSON.parse(row.value) as AuthorityAlert) : null;
}

async function inTime(telling: Promise<void> | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NftUpgradeError('internal', { message: 'The alert was not taken in time.' })), alertTimeoutMs);
  });
  try {
    await Promise.race([telling, late]);
  } finally {
    clearTimeout(timer);
  }
}
