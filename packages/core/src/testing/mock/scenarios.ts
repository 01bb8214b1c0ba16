import { badgeActivation, claim, upgrade } from '../../processes/index.ts';
import { faults } from './faults.ts';
import { type Scenario, type ScenarioBuilder, scenario } from './scenario.ts';

const MINUTE_MS = 60_000;

/**
 * What can happen to any process: its whole run, its refusal, and everything that can go wrong
 * between server and client.
 */
const ofEvery = (
  run: (
    name: string,
    afterMs?: number,
  ) =>
    | ScenarioBuilder<typeof upgrade>
    | ScenarioBuilder<typeof claim>
    | ScenarioBuilder<typeof badgeActivation>,
  notQualified: Scenario,
  unknownStatus: Scenario,
) => ({
  happy: run('happy').build(),
  notQualified,
  /** A minute before each step. */
  slow: run('slow', MINUTE_MS).build(),
  gap: run('gap').fault(faults.gap(2)).build(),
  duplicate: run('duplicate').fault(faults.duplicate()).build(),
  reorder: run('reorder').fault(faults.reorder(2)).build(),
  truncated: run('truncated').fault(faults.truncated(500)).build(),
  buffered: run('buffered', 2_000).fault(faults.buffered()).build(),
  unknownStatus,
  /** The first stream is cut, and the token has expired when the client comes back. */
  authExpired: run('authExpired')
    .fault(faults.truncated(900), faults.problem('stream', 'unauthenticated', { nth: [1] }))
    .build(),
  /** The answer to the start is lost; the repeat attaches. */
  lostStart: run('lostStart').fault(faults.lost('start')).build(),
  busy: run('busy')
    .fault(faults.problem('start', 'temporarily_unavailable', { nth: [1], retryAfterS: 2 }))
    .build(),
});

const delivery = ['metadata_uploaded', 'minting_new_nft', 'updating_records', 'completed'] as const;

const upgradeTo = (name: string, afterMs = 0) =>
  scenario(name, upgrade, { afterMs }).through(
    'initializing',
    'qualification_verified',
    'awaiting_burn',
  );
const burned = (name: string, afterMs = 0) =>
  upgradeTo(name, afterMs).waitFor('confirm').through('burn_verified', 'uploading_metadata');
const upgradeRun = (name: string, afterMs = 0) => burned(name, afterMs).through(...delivery);

const claimTo = (name: string, afterMs = 0) =>
  scenario(name, claim, { afterMs }).through(
    'initializing',
    'qualification_verified',
    'uploading_metadata',
  );
const claimRun = (name: string, afterMs = 0) => claimTo(name, afterMs).through(...delivery);

const badgeRun = (name: string, afterMs = 0) =>
  scenario(name, badgeActivation, { afterMs }).through(
    'initializing',
    'qualification_verified',
    'updating_records',
    'completed',
  );

const retryAt = '2026-11-23T10:05:00.000Z';
const uploadFails = { error: 'The provider answered 503.', attempt: 1, maxAttempts: 8 };

/** Ready-made runs of every process, by name. */
export const scenarios = {
  upgrade: {
    ...ofEvery(
      upgradeRun,
      scenario('notQualified', upgrade).through('initializing', 'qualification_failed').build(),
      upgradeTo('unknownStatus')
        .unknown('quantum_check')
        .waitFor('confirm')
        .through('burn_verified', 'uploading_metadata', ...delivery)
        .build(),
    ),
    /** The user declines; five minutes later the window closes, the NFT is where it was. */
    rejected: upgradeTo('rejected')
      .emit(
        'burn_failed',
        { code: 'burn_window_closed', error: 'The burn was not signed in time.' },
        { afterMs: 5 * MINUTE_MS },
      )
      .build(),
    cancelled: upgradeTo('cancelled').waitFor('cancel').build(),
    /** The first burn fails on chain; the second one lands. */
    burnFailed: upgradeTo('burnFailed')
      .waitFor('confirm')
      .emit('awaiting_burn', { code: 'burn_transaction_failed' }, { afterMs: 5_000 })
      .waitFor('confirm')
      .through('burn_verified', 'uploading_metadata', ...delivery)
      .build(),
    recovering: burned('recovering')
      .emit('upload_failed', uploadFails)
      .emit('recovering', { step: 'upload', attempt: 2, maxAttempts: 8, retryAt })
      .emit('uploading_metadata', {}, { afterMs: 2 * MINUTE_MS })
      .through(...delivery)
      .build(),
    /** Ends with an open obligation: it stays until somebody retries. */
    needsAttention: burned('needsAttention')
      .emit('upload_failed', uploadFails)
      .emit('needs_attention')
      .waitFor('retry')
      .emit('recovering', { step: 'upload', attempt: 1, maxAttempts: 8, retryAt })
      .through('uploading_metadata', ...delivery)
      .build(),
    compensated: burned('compensated')
      .through('upload_failed', 'needs_attention')
      .emit('compensated', {}, { afterMs: MINUTE_MS })
      .build(),
  },
  claim: {
    ...ofEvery(
      claimRun,
      scenario('notQualified', claim).through('initializing', 'qualification_failed').build(),
      claimTo('unknownStatus')
        .unknown('quantum_check')
        .through(...delivery)
        .build(),
    ),
    recovering: claimTo('recovering')
      .emit('upload_failed', uploadFails)
      .emit('recovering', { step: 'upload', attempt: 2, maxAttempts: 8, retryAt })
      .emit('uploading_metadata', {}, { afterMs: 2 * MINUTE_MS })
      .through(...delivery)
      .build(),
    needsAttention: claimTo('needsAttention')
      .through('upload_failed', 'needs_attention')
      .waitFor('retry')
      .emit('recovering', { step: 'upload', attempt: 1, maxAttempts: 8, retryAt })
      .through('uploading_metadata', ...delivery)
      .build(),
    compensated: claimTo('compensated')
      .through('upload_failed', 'needs_attention')
      .emit('compensated', {}, { afterMs: MINUTE_MS })
      .build(),
  },
  badge_activation: ofEvery(
    badgeRun,
    scenario('notQualified', badgeActivation)
      .through('initializing', 'qualification_failed')
      .build(),
    scenario('unknownStatus', badgeActivation)
      .through('initializing')
      .unknown('quantum_check')
      .through('qualification_verified', 'updating_records', 'completed')
      .build(),
  ),
} as const;
