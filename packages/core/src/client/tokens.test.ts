import { describe, expect, test } from 'vitest';
import { isNftUpgradeError } from '../errors/index.ts';
import { createUpgradeClient } from '../index.ts';
import { upgrade } from '../processes/index.ts';
import { recordings } from '../stream/fixtures/recordings.ts';
import { startOver } from '../stream/fixtures/run.ts';
import { createScriptedServer, problem, startKeys } from '../stream/fixtures/scripted-server.ts';
import { createTestClock } from '../stream/fixtures/test-clock.ts';

const log = recordings.upgrade;

describe('C6 tokens', () => {
  const unauthorized = problem(401, 'unauthenticated');

  test('one per attempt, with its reason; one refresh on 401; then auth_required', async () => {
    const reasons: string[] = [];
    let good = 't1';
    const server = createScriptedServer({
      process: upgrade,
      log,
      fault: (request, index) =>
        request.headers.get('authorization') !== `Bearer ${good}`
          ? unauthorized
          : index === 0
            ? { cutAfter: 1_500 }
            : undefined,
    });
    const getToken = ({ reason }: { reason: string }) => {
      reasons.push(reason);
      return 't1';
    };
    const { operation } = startOver(upgrade, server, undefined, { getToken });
    await operation.started;
    good = 't2';
    await new Promise((resolve) =>
      operation.subscribe(
        () => operation.getSnapshot().connection.state === 'auth_required' && resolve(null),
      ),
    );
    expect(reasons).toEqual(['start', 'reconnect', 'unauthorized']);
    expect(operation.getSnapshot().connection).toMatchObject({
      reason: 'unauthenticated',
      error: { code: 'unauthenticated' },
    });
    const { seq } = operation.getSnapshot().operation ?? {};
    expect(seq).toBeGreaterThan(0);
    good = 't1';
    await operation.retry();
    await expect(operation.done).resolves.toMatchObject({ status: 'completed' });
    expect(server.requests.at(-1)?.headers.get('last-event-id')).toBe(String(seq));
    expect(server.posts).toBe(1);
  });

  test('a refreshed token is enough, also for the start', async () => {
    const server = createScriptedServer({
      process: upgrade,
      log,
      fault: (request) =>
        request.headers.get('authorization') === 'Bearer fresh' ? undefined : unauthorized,
    });
    const { operation } = startOver(upgrade, server, undefined, {
      getToken: ({ reason }) => (reason === 'unauthorized' ? 'fresh' : 'stale'),
    });
    await expect(operation.done).resolves.toMatchObject({ status: 'completed' });
    expect(new Set(startKeys(server)).size).toBe(1);
  });

  test.each([
    ['throws', () => Promise.reject(new Error('refresh-token-123 was refused'))],
    ['gives a token with a line break', () => Promise.resolve('secret-123\nx')],
  ])(
    'N2 a getToken that %s is weather, is asked again, and the secret is nowhere',
    async (_, getToken) => {
      const server = createScriptedServer({ process: upgrade, log });
      let failing = true;
      const time = createTestClock();
      const { operation } = startOver(upgrade, server, undefined, {
        getToken: () => (failing ? getToken() : 'good'),
        environment: { clock: time.clock, random: () => 1 },
      });
      await time.advance(20_000);
      const { error, state, reason } = operation.getSnapshot().connection;
      expect([state, reason]).toEqual(['reconnecting', 'token']);
      expect(isNftUpgradeError(error)).toBe(true);
      expect(`${error?.stack} ${JSON.stringify(error)} ${String(error?.cause)}`).not.toContain(
        '123',
      );
      expect(server.requests).toHaveLength(0);
      failing = false;
      await time.advance(30_000);
      await expect(operation.done).resolves.toMatchObject({ status: 'completed' });
    },
  );

  test('no token in a URL', async () => {
    const server = createScriptedServer({
      process: upgrade,
      log,
      fault: (request) =>
        request.headers.get('accept') === 'text/event-stream'
          ? problem(406, 'not_acceptable')
          : undefined,
    });
    const { operation } = startOver(upgrade, server, undefined, { getToken: () => 'secret-123' });
    await new Promise((resolve) => operation.subscribe(() => resolve(null)));
    operation.detach();
    for (const request of server.requests) expect(request.path).not.toContain('secret');
    expect(() => createUpgradeClient({ baseUrl: 'https://user:secret-123@api.example' })).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        message: expect.not.stringContaining('secret'),
      }),
    );
  });
});
