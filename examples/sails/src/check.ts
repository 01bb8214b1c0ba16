// Lifts the app and follows upgrades through the guide's routes. Exits non-zero when something the
// example shows is untrue.
import assert from 'node:assert/strict';
import { type Lifted, lift } from './lift.ts';
import { readEvents, type UpgradeEvent } from './stream.ts';

const app = await lift();
const START = '/api/v1/nft/upgrade';
const statuses = (events: readonly UpgradeEvent[]) => events.map(({ status }) => status);
const success = [
  'initializing',
  'qualification_verified',
  'awaiting_burn',
  'burn_verified',
  'uploading_metadata',
  'metadata_uploaded',
  'minting_new_nft',
  'updating_records',
  'completed',
];

function ask(
  { port }: Pick<Lifted, 'port'>,
  user: string,
  path: string,
  init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
): Promise<Response> {
  const headers = {
    authorization: `Bearer ${user}`,
    'content-type': 'application/json',
    ...init.headers,
  };
  return fetch(`http://127.0.0.1:${port}${path}`, {
    ...init,
    headers,
    signal: AbortSignal.timeout(60_000),
  });
}
const start = (user: string, headers: Record<string, string> = {}) =>
  ask(app, user, START, {
    method: 'POST',
    headers,
    body: JSON.stringify({ targetTierId: 'tier-2' }),
  });

/** Signs and sends the burn, as the wallet does, and confirms it. */
async function burnAndConfirm(
  user: string,
  { upgradeId, burnTransaction }: UpgradeEvent,
): Promise<void> {
  const confirm = (burnTxSignature: string) =>
    ask(app, user, `${START}/${String(upgradeId)}/confirm-burn`, {
      method: 'PATCH',
      body: JSON.stringify({ burnTxSignature }),
    });
  assert.equal((await confirm('1'.repeat(88))).status, 400);
  const web3 = app.services.web3service as { burn(mint: string): Promise<string> };
  const signature = await web3.burn((burnTransaction as { mint: string }).mint);
  assert.equal((await ask(app, 'mallory', `${START}/${String(upgradeId)}`)).status, 404);
  const confirmed = await confirm(signature);
  assert.deepEqual(
    [confirmed.status, ((await confirmed.json()) as { success: boolean }).success],
    [200, true],
  );
}

async function upgrades({ services, db }: Lifted): Promise<void> {
  const key = { 'idempotency-key': 'a-key-of-the-client' };
  const first = await start('alice', key);
  assert.match(
    first.headers.get('content-location') ?? '',
    /^\/api\/v1\/nft\/upgrade\/upgrade_\d+_[0-9a-f]+\/events$/,
  );
  // The client asks again, as after a lost answer: it sees the same operation, and nothing runs
  // twice.
  const repeat = readEvents(await start('alice', key));
  const events = await readEvents(first, (event) =>
    event.status === 'awaiting_burn' ? burnAndConfirm('alice', event) : undefined,
  );
  assert.deepEqual(statuses(events), success);
  assert.deepEqual(statuses(await repeat), success);

  const log = first.headers.get('content-location') ?? '';
  const resumed = await readEvents(
    await ask(app, 'alice', log, { headers: { 'last-event-id': '7' } }),
  );
  assert.deepEqual(statuses(resumed), ['updating_records', 'completed']);

  const { kafkaservice: kafka, redisservice: redis, web3service: web3 } = services;
  assert.ok(Array.isArray(web3?.minted) && web3.minted.length === 1);
  const records = 'select upgrade_id, user_id, tier_id, nft_id from upgrade_record';
  assert.deepEqual(await db?.sql(records), [
    { upgrade_id: events[0]?.upgradeId, user_id: 'alice', tier_id: 'tier-2', nft_id: 'nft-1' },
  ]);
  assert.deepEqual(redis?.cleared, ['nft_qualification:alice', 'user_nfts:alice']);
  const message = {
    eventType: 'nft_upgraded',
    userId: 'alice',
    upgradeId: events[0]?.upgradeId,
    fromTier: 'tier-1',
    toTier: 'tier-2',
    newNFTId: 'nft-1',
  };
  assert.deepEqual(kafka?.sent, [{ topic: 'nft-events', message }]);
}

async function refusesWhoDoesNotQualify(_app: Lifted): Promise<void> {
  const events = await readEvents(await start('newcomer'));
  assert.deepEqual(statuses(events), ['initializing', 'qualification_failed']);
  assert.ok(Array.isArray(events[1]?.requirements) && events[1].requirements.length === 1);
}

async function givesUpWhenNothingIsBurned({ config }: Lifted): Promise<void> {
  const { burnTimeoutMs } = config.custom;
  config.custom.burnTimeoutMs = 50;
  const events = await readEvents(await start('bob'));
  config.custom.burnTimeoutMs = burnTimeoutMs;
  assert.deepEqual(statuses(events), [
    'initializing',
    'qualification_verified',
    'awaiting_burn',
    'burn_failed',
  ]);
  assert.equal(events.at(-1)?.asset, 'safe');
}

/** The guide would say `error` here, of an NFT that is gone. */
async function owesWhatIsBurned({ services, db }: Lifted): Promise<void> {
  const web3 = services.web3service as { failing?: boolean };
  web3.failing = true;
  const leaving = new AbortController();
  const seen: UpgradeEvent[] = [];
  const response = await start('carol');
  await readEvents(response, async (event) => {
    seen.push(event);
    if (event.status === 'awaiting_burn') await burnAndConfirm('carol', event);
    // The obligation stays open, and so does the stream.
    if (event.status === 'needs_attention') leaving.abort();
    leaving.signal.throwIfAborted();
  }).catch(() => undefined);
  web3.failing = false;
  assert.deepEqual(statuses(seen).slice(-2), ['mint_failed', 'needs_attention']);
  assert.ok(seen.slice(3).every(({ asset }) => asset === 'burned_owed'));
  assert.deepEqual(await db?.sql('select upgrade_id from compensation_request'), [
    { upgrade_id: seen[0]?.upgradeId },
  ]);
}

async function reportsItsHealth({ port }: Lifted): Promise<void> {
  const health = await fetch(`http://127.0.0.1:${port}/api/v1/monitoring/sse-health`);
  const { status, stats } = (await health.json()) as { status: string; stats: { total: number } };
  assert.deepEqual([health.status, status, stats.total >= 6], [200, 'healthy', true]);
}

try {
  await upgrades(app);
  await refusesWhoDoesNotQualify(app);
  await givesUpWhenNothingIsBurned(app);
  await owesWhatIsBurned(app);
  await reportsItsHealth(app);
  console.log(
    JSON.stringify({
      ok: true,
      shown: ['upgrade', 'repeat', 'resume', 'refusal', 'timeout', 'debt', 'health'],
    }),
  );
} finally {
  await app.lower();
}
