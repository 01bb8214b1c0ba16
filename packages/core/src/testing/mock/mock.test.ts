import { describe, expect, it } from 'vitest';
import {
  createUpgradeClient,
  type OperationEvent,
  type Processes,
  processes,
} from '../../index.ts';
import { foldAll } from '../../machine/reduce.ts';
import {
  createMockServer,
  faults,
  mockSigning,
  type Scenario,
  scenario,
  scenarios,
  virtualTime,
} from './index.ts';

const inputs: Record<string, Record<string, unknown>> = {
  upgrade: { targetTierId: 'tier-2' },
  claim: {},
  badge_activation: { badgeId: 'badge-1' },
};
const all = Object.values(scenarios).flatMap((ofProcess) => Object.values(ofProcess) as Scenario[]);

/** Runs the real client over the mock in virtual time, and does what a user would. */
async function play(scenarioToPlay: Scenario, answers: readonly ('approve' | 'reject')[] = []) {
  const { name, process } = scenarioToPlay;
  const time = virtualTime();
  const server = createMockServer({ scenarios: [scenarioToPlay], clock: time.clock });
  const signing = mockSigning(...answers);
  const tokens: string[] = [];
  const client = createUpgradeClient<Processes>({
    baseUrl: '',
    ...signing,
    processes,
    getToken: ({ reason }) => {
      tokens.push(reason);
      return `token-${tokens.length}`;
    },
    environment: {
      fetch: (input, init) => server.fetch(input, init),
      clock: time.clock,
      random: () => 0,
      locks: null,
      storage: null,
      onSignal: () => () => undefined,
    },
  });
  const began = time.clock.now();
  const operation = client.process(process.name).start(inputs[process.name] ?? {});
  const events: OperationEvent[] = [];
  const sign = () =>
    operation
      .sign()
      .catch(() => operation.sign())
      .catch(() => undefined);
  const listening = (async () => {
    for await (const event of operation) {
      events.push(event);
      if (event.status === 'awaiting_burn' && name === 'cancelled') void operation.cancel();
      else if (event.status === 'awaiting_burn' && name !== 'rejected') void sign();
      if (event.status === 'needs_attention' && name === 'needsAttention') void operation.retry();
    }
  })();
  const last = await time.until(operation.done);
  await time.until(listening);
  const { connection } = operation.getSnapshot();
  client.close();
  server.operations.map((one) => one.stop());
  return { last, events, server, signing, tokens, connection, waitedMs: time.clock.now() - began };
}

const ends: Record<string, string> = {
  notQualified: 'qualification_failed',
  rejected: 'burn_failed',
  cancelled: 'cancelled',
  compensated: 'compensated',
};

describe('every scenario, with the real client', () => {
  it.each(all.map((one) => [`${one.process.name}: ${one.name}`, one] as const))(
    '%s',
    async (_, one) => {
      const { last, events, server } = await play(one);
      expect(last.status).toBe(ends[one.name] ?? 'completed');
      expect(events.map(({ seq }) => seq)).toEqual(events.map((__, index) => index + 1));
      expect(last).toEqual(foldAll(one.process, server.operations[0]?.log ?? []));
      expect(server.operations).toHaveLength(1);
      expect(
        new Set(
          server.requests.flatMap(({ route, headers }) =>
            route === 'start' ? [headers.get('idempotency-key')] : [],
          ),
        ).size,
      ).toBe(1);
    },
  );
});

describe('what scenarios show', () => {
  it('waits for minutes of virtual time in no time', async () => {
    const before = performance.now();
    const { waitedMs } = await play(scenarios.upgrade.slow);
    expect(waitedMs).toBeGreaterThanOrEqual(8 * 60_000);
    expect(performance.now() - before).toBeLessThan(30_000);
  });

  it('buffered: the client polls', async () => {
    const { server } = await play(scenarios.claim.buffered);
    expect(server.requests.filter(({ route }) => route === 'page').length).toBeGreaterThan(0);
  });

  it('truncated: what came before the break is kept, and the client resumes there', async () => {
    const { server } = await play(scenarios.claim.truncated);
    const [, resumed] = server.requests;
    expect([resumed?.route, resumed?.headers.get('last-event-id')]).toEqual(['stream', '2']);
  });

  it('lostStart: the start is repeated with its key, and attaches', async () => {
    const { server } = await play(scenarios.claim.lostStart);
    expect(server.starts).toBe(2);
  });

  it('authExpired: one fresh token, and on from the cursor', async () => {
    const { tokens, server } = await play(scenarios.upgrade.authExpired);
    expect(tokens).toContain('unauthorized');
    const resumes = server.requests
      .filter(({ route }) => route === 'stream')
      .map(({ headers }) => headers.get('last-event-id'));
    expect(resumes.length).toBeGreaterThanOrEqual(2);
    expect(resumes[0]).toBe(resumes[1]);
  });

  it('a user who declines once and then signs', async () => {
    const { last, signing } = await play(scenarios.upgrade.happy, ['reject']);
    expect(signing.prompts).toHaveLength(2);
    expect(last.status).toBe('completed');
  });
});

describe('scenario', () => {
  it('is typed by status, and fills in what is left out', () => {
    const one = scenario('mine', processes.claim)
      .through('initializing')
      .emit(
        'qualification_failed',
        { requirements: [{ code: 'kyc', required: 'yes', actual: 'no' }] },
        { afterMs: 5 },
      )
      .fault(faults.duplicate())
      .build();
    expect(one.steps).toMatchObject([
      { status: 'initializing', afterMs: 0 },
      {
        status: 'qualification_failed',
        afterMs: 5,
        payload: { code: 'not_qualified', requirements: [{ code: 'kyc' }] },
      },
    ]);
    // @ts-expect-error: a claim has no burn
    expect(() => scenario('wrong', processes.claim).emit('burn_verified')).not.toThrow();
    // @ts-expect-error: a number is no error
    scenario('wrong', processes.claim).emit('qualification_failed', { error: 7 });
  });
});

describe('the mock server', () => {
  const start = (server: ReturnType<typeof createMockServer>, key: string, body: object = {}) =>
    server.fetch('/api/v1/nft/claim', {
      method: 'POST',
      headers: { 'idempotency-key': key, accept: 'application/json' },
      body: JSON.stringify(body),
    });

  it('refuses as the server does', async () => {
    const waiting = scenario('waiting', processes.claim)
      .through('initializing')
      .waitFor('cancel')
      .build();
    const server = createMockServer({ scenarios: [waiting] });
    expect((await start(server, 'key-00000001')).status).toBe(202);
    expect((await start(server, 'key-00000001')).status).toBe(202);
    expect(server.operations).toHaveLength(1);
    const conflict = await start(server, 'key-00000001', { targetTierId: 'x' });
    expect(await conflict.json()).toMatchObject({ status: 409, code: 'idempotency_conflict' });
    const retry = await server.fetch('/api/v1/nft/claim/clm_mock_1/retry', { method: 'POST' });
    expect(await retry.json()).toMatchObject({
      code: 'retry_refused',
      asset: 'safe',
      operationId: 'clm_mock_1',
    });
    expect((await server.fetch('/api/v1/nft/claim/nobody')).status).toBe(404);
    server.reset();
    expect(server.operations).toEqual([]);
  });
});
