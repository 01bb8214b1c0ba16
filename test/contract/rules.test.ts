import { describe, expect, it } from 'vitest';
import { confirmBurn } from '../../packages/core/src/client/confirm.ts';
import {
  createUpgradeClient,
  NftUpgradeError,
  type Processes,
  processes,
} from '../../packages/core/src/index.ts';
import { openingFrame } from '../../packages/core/src/protocol/index.ts';
import { defaultLimits, defaultTiming } from '../../packages/core/src/stream/timing.ts';
import {
  createMockServer,
  samplePayload,
  scenarios,
  virtualTime,
} from '../../packages/core/src/testing/index.ts';
import { soundServer, tokens, waitingOperations } from './fixtures/server.ts';

const START = 'https://api.example.com/api/v1/nft/upgrade';

/** A client in virtual time over a fetch of the test. */
function clientOver(
  fetch: (input: string, init: RequestInit) => Promise<Response>,
  time = virtualTime(),
) {
  const capabilities = {
    clock: time.clock,
    random: () => 0,
    locks: null,
    storage: null,
    onSignal: () => () => undefined,
  };
  const client = createUpgradeClient<Processes>({
    baseUrl: 'https://api.example.com',
    processes,
    getToken: () => 'secret',
    environment: { fetch, ...capabilities },
  });
  return { client, time };
}

describe('rules that no audit can see', () => {
  it('P-COMMAND-09: a cancel after the burn is refused', async () => {
    const { operations, memory } = waitingOperations();
    const handler = soundServer(operations);
    const ask = (path: string, body: object) =>
      handler.fetch(
        new Request(START + path, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${tokens.token}`,
            'content-type': 'application/json',
            accept: 'application/json',
          },
          body: JSON.stringify(body),
        }),
      );
    const { operationId } = (await (await ask('', { targetTierId: 'tier-2' })).json()) as {
      operationId: string;
    };
    memory.append(operationId, 'burn_verified', samplePayload(processes.upgrade, 'burn_verified'));
    const refusal = await ask(`/${operationId}/cancel`, {});
    expect(refusal.status).toBe(409);
    expect(await refusal.json()).toMatchObject({
      code: 'cancel_refused',
      asset: 'burned_owed',
      operationId,
    });
  });

  it('P-CLIENT-06: a redirect is not followed, and the token does not travel on', async () => {
    const asked: string[] = [];
    const { client, time } = clientOver(async (input, init) => {
      asked.push(`${input} ${init.redirect}`);
      return new Response(null, {
        status: 307,
        headers: { location: 'https://evil.example.com/' },
      });
    });
    const operation = client.process('claim').start({});
    await expect(time.until(operation.done)).rejects.toMatchObject({ code: 'connection_gave_up' });
    client.close();
    expect(new Set(asked)).toEqual(new Set(['https://api.example.com/api/v1/nft/claim manual']));
  });

  it('P-CLIENT-09: waits for Retry-After, and spreads attempts without progress', async () => {
    const time = virtualTime();
    const server = createMockServer({ scenarios: [scenarios.claim.busy], clock: time.clock });
    const times: number[] = [];
    const { client } = clientOver((input, init) => {
      times.push(time.clock.now());
      return server.fetch(input, init);
    }, time);
    expect((await time.until(client.process('claim').start({}).done)).status).toBe('completed');
    client.close();
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(2_000);

    let attempts = 0;
    const endless = clientOver(async () => {
      attempts += 1;
      throw new TypeError('fetch failed');
    });
    const operation = endless.client.process('claim').start({});
    await endless.time.advance(3_600_000);
    expect(operation.getSnapshot().connection.state).toBe('gave_up');
    expect(attempts).toBeLessThanOrEqual(15 + 3_600 / 30);
    endless.client.close();
  });

  it('P-CLIENT-12: a 404 of a proxy ends nothing', async () => {
    const time = virtualTime();
    const server = createMockServer({ scenarios: [scenarios.claim.happy], clock: time.clock });
    let inFront = 3;
    const { client } = clientOver(async (input, init) => {
      if (inFront-- > 0) return new Response('404 page not found', { status: 404 });
      return server.fetch(input, init);
    }, time);
    expect((await time.until(client.process('claim').start({}).done)).status).toBe('completed');
    client.close();
  });

  it('P-CLIENT-13: a signed burn is repeated after the answers of others', async () => {
    let calls = 0;
    const done = { burnTxSignature: 'x' };
    const foreign = new NftUpgradeError('connection_lost', { details: { status: 403 } });
    const attempt = async () => {
      if (calls++ < 50) throw foreign;
      return done;
    };
    const confirmed = await confirmBurn(attempt, {
      snapshot: () => null,
      awaited: () => true,
      onUnanswered: () => undefined,
      wait: () => Promise.resolve(),
      random: () => 0,
      timing: defaultTiming,
      limits: defaultLimits,
    });
    expect(confirmed).toBe(done);
  });

  it('P-CLIENT-10: a silent stream is replaced after two and a half heartbeats', async () => {
    const heartbeatMs = 1_000;
    const calls: number[] = [];
    const time = virtualTime();
    const { client } = clientOver(async () => {
      calls.push(time.clock.now());
      const body = new ReadableStream<Uint8Array>({
        start: (controller) =>
          controller.enqueue(new TextEncoder().encode(openingFrame({ retryMs: 1, heartbeatMs }))),
      });
      const headers = {
        'content-type': 'text/event-stream',
        'content-location': '/api/v1/nft/claim/clm_1/events',
      };
      return new Response(body, { headers });
    }, time);
    client.process('claim').start({});
    await time.advance(2_000);
    // The page beside a stream whose heartbeat is late.
    expect(calls.splice(1)).toHaveLength(1);
    await time.advance(1_000);
    expect(calls).toHaveLength(2);
    client.close();
  });
});
