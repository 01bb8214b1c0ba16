// The client and the emitter in runtimes other than Node: real ones, as processes of their own,
// over real sockets.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditServer } from '../../packages/core/src/audit/index.ts';
import { createUpgradeClient } from '../../packages/core/src/index.ts';
import { describeWith } from '../services/programs.ts';
import { cuttableEnvironments } from './fixtures/environments.ts';
import type { Played } from './fixtures/play.ts';
import { type RunningRuntime, runtimes, startRuntime } from './fixtures/runtime.ts';

/** The path of an upgrade on which nothing fails. */
const statuses = [
  'initializing',
  'qualification_verified',
  'awaiting_burn',
  'verifying_burn',
  'burn_verified',
  'uploading_metadata',
  'metadata_uploaded',
  'minting_new_nft',
  'updating_records',
  'completed',
];

const present = cuttableEnvironments();

for (const runtime of runtimes)
  describeWith(runtime.program, `in ${runtime.program}`, () => suite(runtime));

function suite(runtime: (typeof runtimes)[number]) {
  let running: RunningRuntime;
  beforeAll(async () => {
    running = await startRuntime(runtime);
  });
  afterAll(() => running?.stop());

  it('the client follows an upgrade over cuts to its end', async () => {
    const { environment, origin } = present();
    const played: Played = await (
      await fetch(`${running.origin}/play?origin=${encodeURIComponent(origin)}`)
    ).json();
    expect(played, running.output()).toMatchObject({
      end: 'completed',
      asset: 'delivered',
      stillOpen: 0,
      counters: { posts: 1, polls: 0 },
    });
    expect(played.statuses).toEqual(statuses);
    // The second cut may find this client between two connections.
    expect(played.counters.attempts).toBeGreaterThanOrEqual(2);
    expect(environment.posts).toBe(1);
  });

  it('the emitter serves an operation to the client', async () => {
    const client = createUpgradeClient({ baseUrl: running.origin, getToken: () => 'good' });
    const operation = client.badgeActivation.start({ badgeId: 'early-bird' });
    expect(await operation.done, running.output()).toMatchObject({ status: 'completed' });
    client.close();
  });

  it('the emitter passes the audit', async () => {
    const report = await auditServer(running.origin, {
      token: 'alice',
      otherToken: 'bob',
      process: 'badge_activation',
    });
    expect(report.findings.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
  });
}
