/**
 * A process for tests, on a folder (first argument) of a disk that it fills up itself. Its `first`
 * life meets a table that cannot grow, then a log that cannot; its `second` one goes on with what
 * the first has left. Tells what it saw, one line of JSON a fact.
 */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isNftUpgradeError, type Problem } from '@aiw3/nft-upgrade/protocol';
import { pglite } from '../db/pglite.ts';
import { createHandler } from '../http/handler.ts';
import { createService } from '../service.ts';
import { memoryChain } from '../testing/memory-chain.ts';
import { memoryContent, permissiveRules } from '../testing/rules.ts';

const [disk = '', life = ''] = process.argv.slice(2);
const mint = '7vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi';
const principal = { id: 'alice', wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' };
const print = (fact: object) => console.log(JSON.stringify(fact));
const until = async (what: string, is: () => Promise<boolean> | boolean) => {
  for (const end = performance.now() + 60_000; !(await is()); await sleep(20)) {
    if (performance.now() > end) throw new RangeError(`Waited for ${what}.`);
  }
};

const ballast = join(disk, 'ballast');
/** Takes every byte that is left. */
function fillUp(): void {
  const file = openSync(ballast, 'w');
  for (let bytes = 2 ** 20; bytes >= 1; bytes /= 2) {
    try {
      for (;;) writeSync(file, Buffer.alloc(bytes));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    }
  }
  closeSync(file);
}
const makeRoom = () => rmSync(ballast, { force: true });

const codeOf = (error: unknown) =>
  isNftUpgradeError(error)
    ? { code: error.code, reason: error.details.reason, retryable: error.retryable }
    : { error: String(error) };
if (life === 'second') {
  // It is started again before there is room, as by a supervisor.
  print({
    openedFull: await pglite({ folder: join(disk, 'db') }).then(
      (db) => db.close().then(() => 'opened'),
      codeOf,
    ),
  });
  makeRoom();
}
const db = await pglite({ folder: join(disk, 'db') });
const ledger = memoryChain();
ledger.give(mint, principal.wallet);
const content = memoryContent().store;
const reasons = new Set<unknown>();
let hangs = false;
const service = await createService({
  db,
  chain: ledger.chain,
  content: {
    ...content,
    put: (bytes) => (hangs ? new Promise<never>(() => undefined) : content.put(bytes)),
  },
  rules: permissiveRules(mint).rules,
  watchMs: 50,
  sweepMs: 200,
  takeoverMs: 600,
  patience: { retryBaseMs: 10, retryMaxMs: 50 },
  onError: (error) => reasons.add(isNftUpgradeError(error) ? error.details.reason : String(error)),
});
const handler = createHandler(service, {
  authenticate: async () => principal,
  limits: { startsPerMinute: 1_000_000 },
});
const start = async (
  path: string,
  body: object,
): Promise<{ operationId: string } | Pick<Problem, 'code' | 'status' | 'retryable'>> => {
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  const response = await handler.fetch(
    new Request(`http://node/api/v1/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    }),
  );
  const { operationId, code, retryable } = (await response.json()) as Problem & {
    operationId: string;
  };
  return response.status === 202 ? { operationId } : { code, status: response.status, retryable };
};
const statusOf = async (operationId: string) => {
  const [row] = await db.sql<{ status: string }>(
    'select status from nft_upgrade.operation where id = $1',
    [operationId],
  );
  return row?.status;
};
const everyIs = (status: string) => async () =>
  (await db.sql('select 1 from nft_upgrade.operation where status <> $1 limit 1', [status]))
    .length === 0;

if (life === 'first') {
  const upgrade = await start('nft/upgrade', { targetTierId: 'tier-2' });
  if (!('operationId' in upgrade)) throw new RangeError(upgrade.code);
  await until(
    'the burn to be handed out',
    async () => (await statusOf(upgrade.operationId)) === 'awaiting_burn',
  );
  fillUp();
  for (let badge = 0; ; badge += 1) {
    const answer = await start('nft/badge-activation', { badgeId: `badge-${badge}` });
    if ('operationId' in answer) print({ acknowledged: answer.operationId });
    else {
      print({ refused: answer });
      break;
    }
  }
  ledger.submit(upgrade.operationId);
  await until('the operations to meet it as well', () => reasons.has('53100'));
  makeRoom();
  const again = await start('nft/badge-activation', { badgeId: 'afterwards' });
  print('operationId' in again ? { acknowledged: again.operationId } : { refused: again });
  await until('everything to be completed', everyIs('completed'));
  print({ acknowledged: upgrade.operationId, mints: ledger.mints() });

  hangs = true;
  const claim = await start('nft/claim', {});
  if (!('operationId' in claim)) throw new RangeError(claim.code);
  print({ acknowledged: claim.operationId });
  await until(
    'the upload to begin',
    async () => (await statusOf(claim.operationId)) === 'uploading_metadata',
  );
  fillUp();
  let stopped: unknown;
  while (stopped === undefined) {
    await db
      .sql("select pg_logical_emit_message(false, 'log', repeat('x', 1000000))")
      .catch((error: unknown) => {
        stopped = codeOf(error);
      });
  }
  print({ stopped });
  print({ refused: await start('nft/badge-activation', { badgeId: 'too late' }) });
  process.exit(0);
}
await until('everything to be completed', everyIs('completed'));
print({
  left: (await db.sql<{ id: string }>('select id from nft_upgrade.operation')).map(({ id }) => id),
  mints: ledger.mints(),
});
await service.stop();
await db.close();
// What the open that failed has left behind would keep the process.
process.exit(0);
