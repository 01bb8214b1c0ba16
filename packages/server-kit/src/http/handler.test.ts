import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { describe, expect, it } from 'vitest';
import { memoryOperations } from '../testing/operations.ts';
import { framesOf } from './fixtures/frames.ts';
import { authenticate, begin, call, input, START, setup } from './fixtures/setup.ts';
import { createHandler, type HandlerOptions } from './handler.ts';

const refusal = (options: object): unknown => {
  try {
    createHandler(memoryOperations(), { authenticate, ...options } as HandlerOptions);
  } catch (error) {
    return error instanceof NftUpgradeError && error.code === 'invalid_option'
      ? error.message
      : error;
  }
};

describe('options', () => {
  it.each([
    [{ authenticate: undefined }, 'authenticate'],
    [{ basePath: 'nft' }, 'basePath'],
    [{ basePath: '/nft?x' }, 'basePath'],
    [{ limits: { bodyBytes: 0 } }, 'limits.bodyBytes'],
    [{ limits: { connections: Number.NaN } }, 'limits.connections'],
    [{ limits: { conections: 5 } }, 'limits.conections does not exist'],
    [{ timing: { heartbeatMs: -1 } }, 'timing.heartbeatMs'],
    [{ timing: { pollMs: '5' } }, 'timing.pollMs'],
    [{ health: { active: 0 } }, 'health.active'],
    [{ onErrors: () => {} }, 'createHandler.onErrors does not exist. Known: authenticate'],
    [{ cors: { origin: ['https://app.example.com'] } }, 'cors.origin does not exist'],
    [{ cors: { origins: [], requestHeaders: ['X-A, X-B'] } }, 'cors.requestHeaders'],
    [{ cors: { origins: [], requestHeaders: ['*'] } }, 'cors.requestHeaders'],
    [{ health: { actve: 1 } }, 'health.actve does not exist'],
    [{ timing: { pollms: 1 } }, 'timing.pollms does not exist'],
  ])('%j is refused by name', (options, named) => {
    expect(refusal(options)).toContain(named);
  });

  it('what is undefined keeps its default', () => {
    expect(
      refusal({ limits: { connections: undefined }, timing: undefined, cors: undefined }),
    ).toBeUndefined();
  });
});

describe('a slash at the end', () => {
  // Redirected, a POST may become a GET, and a page of another origin loses its headers.
  it.each([
    ['GET', `${START}/?active=true`, 200],
    ['POST', `${START}/`, 202],
    ['GET', `${START}/upg_1/`, 200],
    ['GET', `${START}/upg_1/events/`, 200],
    ['PATCH', `${START}/upg_1/confirm-burn/`, 409],
    ['POST', `${START}/upg_1/burn-transaction/`, 409],
    ['POST', `${START}/upg_1/cancel/`, 202],
    ['POST', `${START}/upg_1/retry/`, 409],
    ['GET', '/api/v1/monitoring/ready/', 200],
    ['GET', `${START}//`, 404],
    ['GET', `${START}/upg_1//`, 404],
    ['GET', `${START}/upg_1/other/`, 404],
    ['GET', `${START}/upg_1/events/more/`, 404],
  ])('%s %s is answered with %i, never with a redirect', async (method, path, status) => {
    const { handler, operations } = setup();
    await begin(operations);
    const body = {
      POST: path === `${START}/` ? input : undefined,
      PATCH: { burnTxSignature: '5'.repeat(88) },
      GET: undefined,
    }[method];
    const answer = await call(handler, method, path, { body, accept: 'application/json' });
    expect(answer.status).toBe(status);
    if (status >= 400) expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });
});

describe('health', () => {
  const health = (kit: ReturnType<typeof setup>) =>
    call(kit.handler, 'GET', '/api/v1/monitoring/sse-health', { user: null });

  it('warns with 503 when a threshold is reached, and says what to do', async () => {
    const kit = setup({ health: { active: 1 } });
    expect((await health(kit)).status).toBe(200);
    const frames = framesOf(
      await call(kit.handler, 'GET', `${START}/${await begin(kit.operations)}/events`),
    );
    const busy = await health(kit);
    expect([busy.status, await busy.json()]).toMatchObject([
      503,
      {
        status: 'warning',
        stats: { active: 1, total: 1 },
        recommendations: [expect.stringContaining('scaling up')],
      },
    ]);
    await frames.cancel();
    expect((await health(kit)).status).toBe(200);
    expect(await (await health(setup({ health: { heapUsedBytes: 1 } }))).json()).toMatchObject({
      recommendations: [expect.stringContaining('heap')],
    });
  });

  it('counts what became of the streams', async () => {
    const kit = setup();
    const id = await begin(kit.operations, ['cancelled']);
    await framesOf(await call(kit.handler, 'GET', `${START}/${id}/events`)).rest();
    await framesOf(await call(kit.handler, 'GET', `${START}/${id}/events`)).cancel();
    expect(kit.handler.stats()).toEqual({
      total: 2,
      active: 0,
      completed: 1,
      failed: 0,
      closed: { completed: 1, rolled: 0, drained: 0, left: 1, stalled: 0, replaced: 0, failed: 0 },
      draining: false,
    });
  });
});
