import { setTimeout as sleep } from 'node:timers/promises';
import { isNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Db, Sql } from '../../db/db.ts';
import { listObligations } from '../../engine/obligations/read.ts';
import { awaitOutcome, requestAction } from '../../engine/obligations/requests.ts';
import type { Compensation, Compensator } from '../../ports/compensator.ts';

/** Pays each compensation once; what was burned for it is in the records no more. */
export const tortureCompensator = (db: Db): Compensator => ({
  async settle({ compensationId, operationId, principal, evidence }) {
    await db.tx(async (sql) => {
      await sql(
        `insert into torture.compensation (id, operation_id) values ($1, $2)
          on conflict do nothing`,
        [compensationId, operationId],
      );
      await forgetBurned(sql, principal.id, evidence);
    });
    return { kind: 'refund' };
  },
});

async function forgetBurned(
  sql: Sql,
  user: string,
  { facts }: Compensation['evidence'],
): Promise<void> {
  const { currentNFT } = { currentNFT: null, ...(facts as object) } as {
    currentNFT: { mintAddress: string } | null;
  };
  if (currentNFT)
    await sql('update torture.nft set held = false where holder = $1 and mint = $2', [
      user,
      currentNFT.mintAddress,
    ]);
}

const PAUSE_MS = 500;
/** Then the request is made again: the node that has it may be gone. */
const PATIENCE_MS = 3_000;

/**
 * An operator who decides about every obligation within seconds, at random: to try again, or to
 * pay instead.
 */
export function startOperator(db: Db): { stop(): Promise<void> } {
  const busy = new Set<string>();
  let stopped = false;
  const decide = async (operationId: string) => {
    const action = Math.random() < 0.5 ? 'retry' : 'compensate';
    const id = await requestAction(db, { operationId, action, by: 'torture' });
    await awaitOutcome(db, id, PATIENCE_MS);
  };
  const weather = (error: unknown) => {
    if (!isNftUpgradeError(error)) throw error;
  };
  const running = (async () => {
    while (!stopped) {
      const open = await listObligations(db).catch(weather);
      for (const { operationId } of open ?? []) {
        if (busy.has(operationId)) continue;
        busy.add(operationId);
        void decide(operationId)
          .catch(weather)
          .finally(() => busy.delete(operationId));
      }
      await sleep(PAUSE_MS);
    }
  })();
  return {
    async stop() {
      stopped = true;
      await running;
    },
  };
}
