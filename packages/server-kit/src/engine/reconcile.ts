import { isNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Db } from '../db/db.ts';
import { start } from './commands/start.ts';
import type { Engine } from './context.ts';
import type { Drive } from './drive.ts';

/**
 * Compares the NFTs that the records of the host know with the chain. Whoever has burned one for an operation that this database does not know, because it
 * was restored from before the burn, is owed what that operation owed: one is begun for them, and it finds the burn. Resolves with how many.
 */
export async function reconcile(engine: Engine, drive: Drive): Promise<number> {
  const find = engine.chain?.burn.find?.bind(engine.chain.burn);
  if (!find) return 0;
  let begun = 0;
  for (const [process, { held }] of Object.entries(engine.rules)) {
    if (!held) continue;
    for (let after: string | null = null; ; ) {
      const page: Awaited<ReturnType<typeof held>> = await held({ after });
      for (const { principal, input, mint } of page.items) {
        if (principal.wallet === undefined || (await isCounted(engine.db, mint))) continue;
        try {
          const burn = await find({ mint, owner: principal.wallet });
          if (!burn) continue;
          // The key is the burn: any number of nodes and passes begin one operation.
          const { attached } = await start(engine, drive, { process, principal, input, idempotencyKey: `burn:${burn.signature}` });
          if (!attached) begun += 1;
        } catch (error) {
          engine.onError(error);
          // Without the chain nothing can be compared; the next pass does.
          if (isNftUpgradeError(error) && error.code === 'rpc_unavailable') return begun;
        }
      }
      if (page.next === null) break;
      after = page.next;
    }
  }
  return begun;
}

/** An operation that lives or has ended with it knows of the burn. */
async function isCounted(db: Db, mint: string): Promise<boolean> {
  const rows = await db.sql('select 1 from nft_upgrade.burned where asset = $1', [mint]);
  return rows.length > 0;
}

/** Lets one node of all do it, once in the time. */
export async function isDue(db: Db, key: string, everyMs: number): Promise<boolean> {
  const rows = await db.sql(
    `insert into nft_upgrade.setting as s (key, value) values ($1, clock_timestamp()::text)
     on conflict (key) do update set value = excluded.value where s.value::timestamptz < clock_timestamp() - make_interval(secs => $2) returning key`,
    [key, everyMs / 1000],
  );
  return rows.length > 0;
}
