import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { describe, expect, it } from 'vitest';
import { memoryOperations } from '../testing/operations.ts';
import { framesOf } from './fixtures/frames.ts';
import { authenticate, begin, call, START, setup } from './fixtures/setup.ts';
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
  ])('%j is refused by name', (options, named) => {
    expect(refusal(options)).toContain(named);
  });

  it('what is undefined keeps its default', () => {
    expect(
      refusal({ limits: { connections: undefined }, timing: undefined, cors: undefined }),
    ).toBeUndefined();
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
      closed: { completed: 1, rolled: 0, drained: 0, left: 1, stalled: 0, failed: 0 },
      draining: false,
    });
  });
});
