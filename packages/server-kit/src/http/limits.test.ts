import { virtualTime } from '@aiw3/nft-upgrade/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { framesOf } from './fixtures/frames.ts';
import { type Served, serve, versions } from './fixtures/serve.ts';
import {
  ask,
  begin,
  call,
  input,
  KEY,
  manyOperations,
  type Setup,
  START,
  setup,
} from './fixtures/setup.ts';
import { createRateLimit } from './rate-limit.ts';

describe.each(versions)('L2: caps over %s', (version) => {
  let kit: Setup;
  let server: Served;
  beforeEach(async () => {
    kit = setup({ limits: { connectionsPerPrincipal: 3, connections: 5 } }, manyOperations());
    server = await serve(version, kit.handler);
  });
  afterEach(() => server.close());
  const open = (id: string, user: string) =>
    server.fetch(`${START}/${id}/events`, ask('GET', { user }));
  const refusal = async (response: Response) => {
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    return [response.status, ((await response.json()) as { code: string }).code];
  };

  it('one user and one node have a limit of streams, and closed ones count no more', async () => {
    const another = async (user: string) => open(await begin(kit.operations, [], { user }), user);
    const streams = [await another('alice'), await another('alice'), await another('alice')].map(
      framesOf,
    );
    expect(await refusal(await another('alice'))).toEqual([429, 'rate_limited']);
    streams.push(...[await another('bob'), await another('bob')].map(framesOf));
    expect(await refusal(await another('bob'))).toEqual([429, 'rate_limited']);
    expect((await server.fetch('/api/v1/monitoring/ready')).status).toBe(503);
    expect(kit.handler.stats().active).toBe(5);
    expect(kit.errors).toEqual([]);

    await streams[0]?.cancel();
    await expect.poll(() => kit.handler.stats().active).toBe(4);
    expect((await another('alice')).status).toBe(200);
  });

  it('a start that finds no place begins nothing, and the same key begins it later', async () => {
    const id = await begin(kit.operations, [], { user: 'alice' });
    const streams = [await open(id, 'alice'), await open(id, 'alice'), await open(id, 'alice')].map(
      framesOf,
    );
    const starts = kit.operations.calls('start');
    const again = () =>
      server.fetch(START, ask('POST', { body: input, headers: { 'Idempotency-Key': KEY } }));
    expect(await refusal(await again())).toEqual([429, 'rate_limited']);
    expect(kit.operations.calls('start')).toBe(starts);
    await Promise.all(streams.map((frames) => frames.cancel()));
    await expect.poll(() => kit.handler.stats().active).toBe(0);
    expect((await again()).status).toBe(200);
  });
});

describe('requests in a minute', () => {
  it('bounds starts and commands of one principal, each for itself', async () => {
    const time = virtualTime();
    const { handler, operations } = setup({
      clock: time.clock,
      limits: { startsPerMinute: 2, commandsPerMinute: 3 },
    });
    const id = await begin(operations);
    const start = async (user = 'alice') => {
      const response = await call(handler, 'POST', START, {
        user,
        body: input,
        accept: 'application/json',
      });
      return [response.status, response.headers.get('retry-after')];
    };
    expect([await start(), await start(), await start()]).toEqual([
      [202, null],
      [202, null],
      [429, '30'],
    ]);
    expect(await start('bob')).toEqual([202, null]);
    const command = async (route: string) =>
      (await call(handler, 'POST', `${START}/${id}/${route}`)).status;
    expect([
      await command('retry'),
      await command('burn-transaction'),
      await command('cancel'),
      await command('cancel'),
    ]).toEqual([409, 409, 202, 429]);
    // A confirmation counts like the others.
    const confirm = await call(handler, 'PATCH', `${START}/${id}/confirm-burn`, {
      body: { burnTxSignature: '5'.repeat(88) },
    });
    expect(confirm.status).toBe(429);
    await time.advance(30_000);
    expect(await start()).toEqual([202, null]);
  });

  it('L2: bounds what one principal reads, whichever way, and no other one', async () => {
    const { handler, operations } = setup({ limits: { readsPerMinute: 4 } });
    const id = await begin(operations);
    const read = async (path: string, accept = 'application/json', user = 'alice') => {
      const answer = await call(handler, 'GET', `${START}${path}`, { accept, user });
      await answer.body?.cancel();
      return answer.status;
    };
    expect([
      await read(`/${id}`),
      await read('?active=true'),
      await read(`/${id}/events`),
      await read(`/${id}/events`, 'text/event-stream'),
      await read(`/${id}/events`, 'text/event-stream'),
      await read(`/${id}`),
    ]).toEqual([200, 200, 200, 200, 429, 429]);
    expect(await read('?active=true', 'application/json', 'bob')).toBe(200);
  });

  it('remembers nobody who has been quiet for a minute', () => {
    let now = 0;
    const limit = createRateLimit(2, () => now);
    for (let user = 0; user < 1_000; user += 1) limit.consume(`user${user}`);
    expect(limit.size).toBe(1_000);
    now = 60_000;
    limit.consume('somebody');
    expect(limit.size).toBe(1);
    // A clock that was set back gives nothing and takes nothing.
    now = 0;
    limit.consume('somebody');
    expect(() => limit.consume('somebody')).toThrowError(
      expect.objectContaining({ code: 'rate_limited' }),
    );
  });
});
