import { isNftUpgradeError, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Db } from '../db/db.ts';
import type { ProcessRules } from '../ports/rules.ts';
import { ALERTS, enqueueOutbox } from '../publish/outbox.ts';
import { start } from './commands/start.ts';
import type { Engine } from './context.ts';
import type { Drive } from './drive.ts';
import { mapConcurrent } from './map-concurrent.ts';

/** When a start that was refused is made again. */
export interface Retries {
  /** Before the second one; it doubles with each. Milliseconds. */
  readonly pauseMs: number;
  readonly most: number;
}
/**
 * Of rounds that nobody asks for: with a pause of an hour the last is made five days after the
 * first.
 */
export const boundedRetries = (pauseMs: number): Retries => ({ pauseMs, most: 8 });
/** The caller has mended what refused the start. */
const atOnce: Retries = { pauseMs: 0, most: Number.POSITIVE_INFINITY };
/** Looks at the chain at the same time. */
const WIDTH = 8;

type HeldItem = Awaited<ReturnType<NonNullable<ProcessRules['held']>>>['items'][number];

/**
 * Compares the NFTs that the records of the host know with the chain. An owner who has burned one
 * for an operation that this database does not know, because it was restored from before the burn,
 * is owed what that operation owed: an operation is begun for the owner, and it finds the burn.
 * Resolves with how many were begun. Where the rules refuse one, an alert goes out, and it is begun
 * again later.
 */
export async function reconcile(
  engine: Engine,
  drive: Drive,
  retries = atOnce,
  signal?: AbortSignal,
): Promise<number> {
  let begun = 0;
  let away = engine.chain?.burn.find === undefined;
  const isAway = async (error: unknown): Promise<boolean> =>
    isNftUpgradeError(error) &&
    error.code === 'rpc_unavailable' &&
    // One NFT that cannot be looked into, as one that strangers have spammed, says nothing of the
    // others: only a chain that answers nothing at all does.
    ((await engine.chain?.mint.horizon().then(
      () => false,
      () => true,
    )) ??
      true);
  for (const [process, { held }] of Object.entries(engine.rules)) {
    const seen = new Set<string | null>();
    for (let after: string | null = null; held && !away && !signal?.aborted; ) {
      const page: Awaited<ReturnType<typeof held>> = await held({ after });
      seen.add(after);
      if (seen.has(page.next) && page.next !== null)
        throw new NftUpgradeError('port_answered_wrongly', {
          message: 'rules.held gave a page that it has given before as the next one.',
          details: { port: 'rules.held', process, next: page.next },
        });
      await mapConcurrent(page.items, WIDTH, async (item) => {
        try {
          if (!away && (await begin(engine, drive, process, item, retries))) begun += 1;
        } catch (error) {
          engine.onError(error);
          // Without the chain nothing can be compared; the next pass does.
          away ||= await isAway(error);
        }
      });
      if (page.next === null) break;
      after = page.next;
    }
  }
  return begun;
}

/**
 * Begins an operation for an NFT that was burned for one that nobody remembers. Resolves with
 * whether it did.
 */
async function begin(
  engine: Engine,
  drive: Drive,
  process: string,
  { principal, input, mint }: HeldItem,
  retries: Retries,
): Promise<boolean> {
  if (principal.wallet === undefined || (await isSettled(engine.db, mint))) return false;
  const burn = await engine.chain?.burn.find?.({ mint, owner: principal.wallet });
  if (!burn) return false;
  // The key is the burn: any number of nodes and passes begin one operation.
  const key = `burn:${burn.signature}`;
  const tried = await triesOf(engine.db, principal.id, key);
  if (tried.last !== null)
    await callIfRefused(engine, tried.last, {
      burnTxSignature: burn.signature,
      tries: tried.count,
    });
  if (
    tried.count > 0 &&
    (tried.count >= retries.most || tried.idleMs < retries.pauseMs * 2 ** (tried.count - 1))
  )
    return false;
  const idempotencyKey = tried.count === 0 ? key : `${key}/${tried.count + 1}`;
  const { snapshot, attached } = await start(engine, drive, {
    process,
    principal,
    input,
    idempotencyKey,
  });
  await drive.advance(snapshot.operationId);
  await callIfRefused(engine, snapshot.operationId, {
    burnTxSignature: burn.signature,
    tries: tried.count + 1,
  });
  return !attached;
}

/** An operation that lives or has ended with it knows of the burn, or people decide about it. */
async function isSettled(db: Db, mint: string): Promise<boolean> {
  const rows = await db.sql(
    `select 1 from nft_upgrade.burned where asset = $1
     union all select 1 from nft_upgrade.unbound_burn where asset = $1`,
    [mint],
  );
  return rows.length > 0;
}

/** What was begun for a burn so far. */
async function triesOf(
  db: Db,
  principal: string,
  key: string,
): Promise<{ count: number; last: string | null; idleMs: number }> {
  const tries = await db.sql<{ last: string; idleMs: number }>(
    `select operation_id as last,
       (extract(epoch from clock_timestamp() - created_at) * 1000)::float8 as "idleMs"
     from nft_upgrade.idempotency_key where principal = $1
       and (key = $2 or starts_with(key, $2 || '/')) order by created_at desc`,
    [principal, key],
  );
  return { last: null, idleMs: 0, ...tries[0], count: tries.length };
}

/**
 * Calls people, once, about an operation that ended without a delivery although the NFT for it is
 * burned: only they can settle that.
 */
async function callIfRefused(
  engine: Engine,
  operationId: string,
  evidence: { burnTxSignature: string; tries: number },
): Promise<void> {
  const loaded = await engine.journal.load(operationId);
  if (!loaded?.snapshot.terminal || loaded.snapshot.asset === 'delivered') return;
  const { code, error } = loaded.snapshot.now;
  const summary =
    `${loaded.row.process} is owed for a burn that was found on the chain, and was refused: ` +
    `${String(code)}`;
  const called = await engine.db.tx(async (sql) => {
    const [before] = await sql(
      "select 1 from nft_upgrade.outbox where operation_id = $1 and topic = 'alert' limit 1",
      [operationId],
    );
    if (before) return false;
    await enqueueOutbox(
      sql,
      operationId,
      'alert',
      { severity: 'critical', summary, evidence: { code, error, ...evidence } },
      [ALERTS],
    );
    return true;
  });
  if (called) engine.deliveryWorkers.kick([ALERTS]);
}
