import type { ErrorCode, Snapshot } from '@aiw3/nft-upgrade/protocol';
import { expect } from 'vitest';
import type {
  BurnStatus,
  BurnWindow,
} from '../../../packages/server-kit/src/phases/burn/decision.ts';
import type { MintStatus } from '../../../packages/server-kit/src/phases/mint-decision.ts';
import type { Environment, User } from './environment.ts';
import {
  type BurnName,
  burnObservations,
  type Height,
  type MintName,
  mintObservations,
} from './observations.ts';

interface CellRun {
  readonly environment: Environment;
  readonly height: Height;
  readonly window: BurnWindow;
  readonly refuses: ErrorCode | null;
  readonly outcome: Outcome;
  struck(): void;
}

/** What came of it, after several looks. */
interface Result {
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly alerts: readonly string[];
  readonly sent: number;
  readonly refuses: ErrorCode | null;
}

const unchanged = ({ before, after, alerts }: Result, called = 0) => {
  expect([after.status, after.seq]).toEqual([before.status, before.seq]);
  expect(alerts).toHaveLength(called);
};
const failed = ({ after }: Result, code: string) =>
  expect(after).toMatchObject({
    status: 'burn_failed',
    asset: 'safe',
    now: { code, retryAction: 'restart_from_burn' },
  });

/** The named transitions, and the waits. */
const outcomes = {
  /** The status stands, without another event, without a call, with nothing sent. */
  waits(result) {
    unchanged(result);
    expect(result.sent).toBe(0);
  },
  resends(result) {
    unchanged(result);
    expect(result.sent).toBeGreaterThan(0);
  },
  /** The status stands, and one alert went out. */
  called: (result) => unchanged(result, 1),
  verifies: ({ after }) =>
    expect(after).toMatchObject({ status: 'verifying_burn', asset: 'at_risk' }),
  /** From here on the new NFT is owed. */
  recorded: ({ after }) =>
    expect(after).toMatchObject({
      asset: 'burned_owed',
      facts: { burnTxSignature: expect.any(String) },
    }),
  reused: (result) => failed(result, 'burn_signature_reused'),
  spent: (result) => failed(result, 'nft_already_upgraded'),
  left: (result) => failed(result, 'nft_moved'),
  closed: (result) => failed(result, 'burn_window_closed'),
  cancelled: ({ after }) => expect(after).toMatchObject({ status: 'cancelled', asset: 'safe' }),
  /** A fresh transaction, once, that says what became of the one before. */
  renewed({ before, after }) {
    expect(after).toMatchObject({
      status: 'awaiting_burn',
      asset: 'safe',
      seq: before.seq + 1,
      now: { burnTransaction: { attempt: 2 }, code: expect.stringMatching(/^burn_/) },
    });
  },
  /** None can be made: told once, with the code, and where the NFT is. */
  explained({ before, after, refuses }) {
    expect(after).toMatchObject({
      status: 'awaiting_burn',
      asset: 'safe',
      seq: before.seq + 1,
      message: expect.stringContaining('Your NFT is in your wallet.'),
      now: { burnTransaction: { attempt: 1 }, code: refuses },
    });
  },
  delivered: ({ after }) => expect(after).toMatchObject({ status: 'completed' }),
  attempts(result) {
    unchanged(result);
    expect(result.sent).toBeGreaterThan(0);
  },
  owed({ after, alerts }) {
    expect(after).toMatchObject({ status: 'needs_attention', asset: 'burned_owed' });
    expect(alerts).toHaveLength(1);
  },
} satisfies Record<string, (result: Result) => void>;
export type Outcome = keyof typeof outcomes;

async function look(cell: CellRun, user: User, id: string): Promise<void> {
  const { environment, outcome, refuses, struck } = cell;
  const before = await environment.snapshot(user, id);
  const alerted = (await environment.alertsOf(id)).length;
  user.script.sent.length = 0;
  if (refuses) user.script.refuses = refuses;
  for (let looks = 0; looks < 3; looks += 1) await environment.look(id, cell.window);
  if (user.script.looks > 0) struck();
  const result: Result = {
    before,
    after: await environment.snapshot(user, id),
    alerts: (await environment.alertsOf(id)).slice(alerted),
    sent: user.script.sent.length,
    refuses,
  };
  outcomes[outcome](result);
}

export async function runBurn(
  cell: CellRun & { status: BurnStatus; observation: BurnName },
): Promise<void> {
  const { environment, status, observation, height } = cell;
  const { user, id } = await environment.begin();
  const query = environment.query(user, id);
  const unknown = environment.signature(user, 'another');
  let signature = unknown;
  const stored = observation === 'failed_beside_others';
  if (status !== 'awaiting_burn' && (stored || observation === 'untouched'))
    await environment.sign(user, id, 'first');
  if (status !== 'awaiting_burn' && observation !== 'untouched') {
    signature = environment.signature(user, 'reported');
    await environment.service.confirmBurn({
      ...query,
      confirmation: { burnTxSignature: signature },
    });
  }
  if (status === 'cancelling') await environment.service.cancel(query);
  if (observation === 'burned_before' || observation === 'gone_spent') {
    const other = await environment.begin();
    await environment.db.sql(
      `insert into nft_upgrade.burned (asset, operation_id, signature, slot)
        values ($1, $2, $3, 1)`,
      [user.nft, other.id, environment.signature(user, 'earlier')],
    );
  }
  if (observation === 'gone_honoured' || observation === 'gone_declined')
    await environment.db.sql(
      `insert into nft_upgrade.unbound_burn (asset, owner, signature, slot, operation_id, decision)
        values ($1, $2, $1, 0, $3, $4)`,
      [user.nft, user.wallet, id, observation.replace('gone_', '')],
    );
  await environment.service.advance(id);
  expect((await environment.snapshot(user, id)).status).toBe(status);
  user.script.burn = ({ ruledOut = [] }) =>
    burnObservations[observation]({ height, signature, isRuledOut: ruledOut.includes(signature) });
  await look(cell, user, id);
}

export async function runMint(
  cell: CellRun & { status: MintStatus; observation: MintName },
): Promise<void> {
  const { environment, status, observation } = cell;
  const { user, id } = await environment.begin();
  const { script } = user;
  const burned = environment.signature(user, 'burn');
  // One transaction is signed, and not known to have landed.
  script.mint = () =>
    script.looks === 1 ? { kind: 'absent' } : { kind: 'pending', signature: '' };
  script.burn = () => ({ kind: 'burned', signature: burned, slot: 7 });
  script.looks = -1;
  await environment.service.advance(id);
  expect((await environment.snapshot(user, id)).status).toBe('minting_new_nft');
  const attempts = await environment.db.sql<{ data: { signature: string; mintAddress: string } }>(
    "select data from nft_upgrade.attempt where operation_id = $1 and kind = 'mint'",
    [id],
  );
  const made = attempts[0]?.data;
  if (!made) throw new RangeError('Nothing was signed.');
  if (observation === 'mint_failed_beside_others')
    await environment.db.sql(
      `insert into nft_upgrade.attempt (operation_id, kind, attempt, data)
        values ($1, 'mint', 2, $2)`,
      [id, { ...made, attempt: 2, signature: environment.signature(user, 'second') }],
    );
  if (status === 'needs_attention') {
    script.mint = mintObservations.mint_throws_unavailable;
    for (let looks = 0; looks < 2; looks += 1) await environment.service.advance(id);
    expect((await environment.snapshot(user, id)).status).toBe(status);
  }
  // The second of two attempts is the one that may still land.
  let isSettled = false;
  script.mint = () => {
    if (isSettled && observation === 'mint_failed_beside_others')
      return { kind: 'pending', signature: '' };
    isSettled = true;
    return mintObservations[observation](made.mintAddress, made.signature);
  };
  await look(cell, user, id);
}
