import { type NftUpgradeError, processes } from '@aiw3/nft-upgrade/protocol';
import { samplePayload, virtualTime } from '@aiw3/nft-upgrade/testing';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import type { NodeRequest, NodeResponse } from '../adapters/node.ts';
import { framesOf } from '../http/fixtures/frames.ts';
import { type Served, serve, versions } from '../http/fixtures/serve.ts';
import { ask, call, input, KEY, START } from '../http/fixtures/setup.ts';
import { createEmitter, type Emitter, type EmitterOptions } from './emitter.ts';
import type { EmitterOperation } from './operation.ts';

type Upgrade = EmitterOperation<typeof processes.upgrade>;
const signature =
  '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW';
const alice = { principal: { id: 'alice' } };
const sample = <S extends string>(status: S) => samplePayload(processes.upgrade, status) as never;

const post = (headers: Record<string, string> = {}) =>
  new Request(`https://api.example.com/anything`, ask('POST', { body: input, headers }));
const openOne = async (
  emitter: Emitter,
  options: { operationId?: string; subject?: string } = {},
) => {
  const opened = await emitter.respond(post(), { process: 'upgrade', ...alice, ...options });
  if (!opened.operation) throw new Error(`Refused with ${opened.response.status}.`);
  return { operation: opened.operation, frames: framesOf(opened.response) };
};
const upToBurn = async (operation: Upgrade) => {
  await operation.emit('qualification_verified', sample('qualification_verified'));
  await operation.emit('awaiting_burn', sample('awaiting_burn'));
};
const get = (
  emitter: Emitter,
  path: string,
  user: string | null = 'alice',
  headers: Record<string, string> = {},
) =>
  emitter.fetch(new Request(`https://api.example.com${path}`, { headers }), {
    principal: user === null ? null : { id: user },
  });

describe('an operation in the hands of the host', () => {
  it('shows what is emitted, and ends the stream with the operation', async () => {
    const emitter = createEmitter();
    const { operation, frames } = await openOne(emitter, { operationId: 'upgrade_1_abc' });
    expect(operation.id).toBe('upgrade_1_abc');
    const event = await operation.emit('qualification_verified', sample('qualification_verified'));
    expect(event).toMatchObject({
      seq: 2,
      progress: 10,
      asset: 'safe',
      upgradeId: 'upgrade_1_abc',
    });
    await operation.emit('cancelled');
    await frames.rest();
    expect(frames.seen.flatMap(({ data }) => (data ? [data.status] : []))).toEqual([
      'initializing',
      'qualification_verified',
      'cancelled',
    ]);
    expect(operation.snapshot).toMatchObject({ status: 'cancelled', terminal: true, seq: 3 });
    expect(emitter.handler.stats()).toMatchObject({ active: 0, completed: 1 });
  });

  it('an illegal transition, a bad payload and a late emit throw before any write', async () => {
    const { operation, frames } = await openOne(createEmitter());
    await expect(operation.emit('completed', sample('completed'))).rejects.toMatchObject({
      code: 'illegal_transition',
      details: {
        allowed: ['qualification_verified', 'qualification_failed', 'cancelled', 'error'],
      },
    });
    await expect(
      operation.emit('qualification_verified', { currentNFT: 1 } as never),
    ).rejects.toMatchObject({ code: 'invalid_event' });
    await expect(
      operation.emit('qualification_verified', {
        ...(sample('qualification_verified') as object),
        extra: 1,
      } as never),
    ).rejects.toMatchObject({
      code: 'invalid_event',
    });
    await operation.emit('cancelled');
    await expect(operation.emit('cancelled')).rejects.toMatchObject({ code: 'operation_ended' });
    await frames.rest();
    expect(frames.seqs).toEqual([1, 2]);
  });

  it('emits in the order of the calls, and two handles cannot write one number', async () => {
    const emitter = createEmitter();
    const { operation } = await openOne(emitter);
    const other = await emitter.operation('upgrade', operation.id);
    const first = operation.emit('qualification_verified', sample('qualification_verified'));
    const second = operation.emit('awaiting_burn', sample('awaiting_burn'));
    expect([(await first).seq, (await second).seq]).toEqual([2, 3]);
    // Judged on what is true now, not on what this handle knew.
    await expect(
      other.emit('qualification_verified', sample('qualification_verified')),
    ).rejects.toMatchObject({
      code: 'illegal_transition',
      details: { from: 'awaiting_burn' },
    });
    expect((await other.emit('awaiting_burn', sample('awaiting_burn'))).seq).toBe(4);
  });

  it('the types know statuses, payloads and signals', () => {
    const check = async (operation: Upgrade, emitter: Emitter) => {
      // @ts-expect-error a payload that is required
      void operation.emit('burn_verified');
      // @ts-expect-error a status of no process
      void operation.emit('minted');
      // @ts-expect-error another process
      void emitter.open(null as never, null as never, { process: 'swap', principal: { id: 'a' } });
      void operation.emit('uploading_metadata', { message: 'Uploading' });
      const event = await operation.emit('burn_verified', { burnTxSignature: signature, slot: 1 });
      expectTypeOf(event.slot).toEqualTypeOf<number>();
      expectTypeOf(await operation.waitFor('burn')).toEqualTypeOf<
        { burnTxSignature: string } | { signedTransaction: string }
      >();
      expectTypeOf(await operation.waitFor('kyc')).toEqualTypeOf<unknown>();
    };
    expect(check).toBeTypeOf('function');
  });
});

describe('waitFor', () => {
  it('is woken by the confirm route, with no timer and no poll', async () => {
    const time = virtualTime();
    const emitter = createEmitter({ clock: time.clock });
    const { operation } = await openOne(emitter);
    await upToBurn(operation);
    const waiting = operation.waitFor('burn');
    const confirmed = await emitter.fetch(
      new Request(
        `https://api.example.com${START}/${operation.id}/confirm-burn`,
        ask('PATCH', { body: { burnTxSignature: signature } }),
      ),
      alice,
    );
    expect(await confirmed.json()).toMatchObject({ success: true, burnTxSignature: signature });
    expect(await waiting).toEqual({ burnTxSignature: signature });
  });

  it('gets what came before it asked, each signal once, and the one of its name', async () => {
    const emitter = createEmitter();
    const { operation } = await openOne(emitter);
    await emitter.signal(operation.id, 'kyc', { passed: true });
    await emitter.signal(operation.id, 'burn', { burnTxSignature: signature });
    expect(await operation.waitFor('burn')).toEqual({ burnTxSignature: signature });
    expect(await operation.waitForAny(['burn', 'kyc'])).toEqual({
      name: 'kyc',
      value: { passed: true },
    });
    const next = operation.waitFor('burn');
    await emitter.signal(operation.id, 'burn', { burnTxSignature: signature.replace('5', '4') });
    expect(await next).toEqual({ burnTxSignature: signature.replace('5', '4') });
    // The handle of a restarted process is told again.
    expect(await (await emitter.operation('upgrade', operation.id)).waitFor('burn')).toEqual({
      burnTxSignature: signature,
    });
  });

  it('ends by its timeout, its signal and the operation, and leaves nothing behind', async () => {
    const time = virtualTime();
    const emitter = createEmitter({ clock: time.clock });
    const { operation, frames } = await openOne(emitter);
    const read = frames.rest();
    const late = operation
      .waitFor('burn', { timeout: 300_000 })
      .catch((error: NftUpgradeError) => error.code);
    await time.advance(299_000);
    expect(await Promise.race([late, Promise.resolve('waiting')])).toBe('waiting');
    await time.advance(1_000);
    expect(await late).toBe('signal_timeout');

    const controller = new AbortController();
    const aborted = operation.waitFor('burn', { signal: controller.signal, timeout: 300_000 });
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
    await expect(operation.waitFor('burn', { signal: controller.signal })).rejects.toMatchObject({
      code: 'aborted',
    });

    const ended = operation
      .waitFor('burn', { timeout: 300_000 })
      .catch((error: NftUpgradeError) => error.code);
    await operation.emit('cancelled');
    expect(await ended).toBe('operation_ended');
    await read;
    expect(time.pending).toBe(0);
  });

  it('cancel and retry are signals to the host, refused where they make no sense', async () => {
    const emitter = createEmitter();
    const { operation } = await openOne(emitter);
    await upToBurn(operation);
    const command = (name: string) =>
      emitter.fetch(
        new Request(`https://api.example.com${START}/${operation.id}/${name}`, { method: 'POST' }),
        alice,
      );
    expect([
      (await command('cancel')).status,
      (await command('retry')).status,
      (await command('burn-transaction')).status,
    ]).toEqual([202, 409, 409]);
    expect(await operation.waitFor('cancel')).toEqual({ seq: 3 });
    await operation.emit('burn_verified', { burnTxSignature: signature, slot: 1 });
    expect(await (await command('cancel')).json()).toMatchObject({
      code: 'cancel_refused',
      asset: 'burned_owed',
    });
    const late = await emitter.fetch(
      new Request(
        `https://api.example.com${START}/${operation.id}/confirm-burn`,
        ask('PATCH', { body: { burnTxSignature: signature } }),
      ),
      alice,
    );
    expect(await late.json()).toMatchObject({ code: 'burn_not_expected' });
  });
});

describe('starts', () => {
  it('C1, C2: a repeat and a second start show one operation, with nothing to run', async () => {
    const emitter = createEmitter();
    const open = (headers: Record<string, string>, user = 'alice') =>
      emitter.respond(post(headers), { process: 'upgrade', principal: { id: user } });
    const first = await open({ 'Idempotency-Key': KEY });
    expect(first.operation).not.toBeNull();
    const [repeat, second] = [await open({ 'Idempotency-Key': KEY }), await open({})];
    expect([repeat.operation, second.operation]).toEqual([null, null]);
    expect((await open({ 'Idempotency-Key': KEY }, 'bob')).operation).not.toBeNull();
    await first.operation?.emit('cancelled');
    for (const { response } of [first, repeat, second]) {
      const frames = framesOf(response);
      await frames.rest();
      expect(frames.seqs).toEqual([1, 2]);
      expect(response.headers.get('content-location')).toBe(
        `${START}/${first.operation?.id}/events`,
      );
    }
  });

  it('C3: the same key with another input is refused, and runs nothing', async () => {
    const emitter = createEmitter();
    await emitter.respond(post({ 'Idempotency-Key': KEY }), { process: 'upgrade', ...alice });
    const other = await emitter.respond(post({ 'Idempotency-Key': KEY }), {
      process: 'upgrade',
      ...alice,
      input: { targetTierId: 'tier-3' },
    });
    expect([other.operation, other.response.status, (await other.response.json()).code]).toEqual([
      null,
      409,
      'idempotency_conflict',
    ]);
  });

  it("a caller's mistake is answered; a host's mistake throws before any write", async () => {
    const emitter = createEmitter();
    const bad = await emitter.respond(
      new Request('https://a.example/', ask('POST', { body: {} })),
      { process: 'upgrade', ...alice },
    );
    expect([bad.operation, bad.response.status]).toEqual([null, 422]);
    for (const wrong of [
      { process: 'upgrade', principal: { id: '' } },
      { process: 'upgrade', ...alice, operationId: 'a b' },
      { process: 'swap', ...alice },
    ]) {
      await expect(emitter.respond(post(), wrong as never)).rejects.toMatchObject({
        code: expect.stringMatching(/invalid_option|unknown_process/),
      });
    }
    // Without `open` nobody starts anything.
    expect(
      (
        await call(
          { ...emitter.handler, fetch: (request) => emitter.fetch(request, alice) },
          'POST',
          START,
          { body: input },
        )
      ).status,
    ).toBe(405);
  });

  it('only the owner sees it, and nobody without a principal or authenticate', async () => {
    const emitter = createEmitter();
    const { operation } = await openOne(emitter);
    const path = `${START}/${operation.id}`;
    expect([
      (await get(emitter, path)).status,
      (await get(emitter, path, 'bob')).status,
      (await get(emitter, path, null)).status,
    ]).toEqual([200, 404, 401]);
    expect((await emitter.fetch(new Request(`https://a.example${path}`))).status).toBe(401);
    const authenticated = createEmitter({ authenticate: async () => ({ id: 'carol' }) });
    expect((await authenticated.fetch(new Request(`https://a.example${path}`))).status).toBe(404);
  });
});

describe.each(versions)('over %s', (version) => {
  let server: Served | undefined;
  afterEach(() => server?.close());

  /** The host of the guide: one controller that starts, and one place for the rest. */
  const host = async (options: EmitterOptions = {}) => {
    const emitter = createEmitter(options);
    const running: Upgrade[] = [];
    const answer = async (req: NodeRequest, res: NodeResponse) => {
      if (req.method !== 'POST' || req.url !== START) return emitter.serve(req, res, alice);
      const operation = await emitter.open(req, res, { process: 'upgrade', ...alice });
      if (operation) running.push(operation);
    };
    server = await serve(version, emitter.handler, undefined, (req, res) => void answer(req, res));
    return { emitter, running, fetch: server.fetch };
  };

  it('a late joiner is shown everything, and a cut client goes on from its cursor', async () => {
    const { running, fetch } = await host();
    const leaving = new AbortController();
    const response = await fetch(START, ask('POST', { body: input, signal: leaving.signal }));
    await framesOf(response).until(({ id }) => id === 1);
    leaving.abort();
    const [operation] = running;
    if (!operation) throw new Error('Nothing was opened.');
    await upToBurn(operation);
    const events = `${START}/${operation.id}/events`;
    const [joiner, resumed] = [
      framesOf(await fetch(events, ask('GET'))),
      framesOf(await fetch(events, ask('GET', { headers: { 'Last-Event-ID': '1' } }))),
    ];
    await operation.emit('cancelled');
    await Promise.all([joiner.rest(), resumed.rest()]);
    expect([joiner.seqs, resumed.seqs]).toEqual([
      [1, 2, 3, 4],
      [2, 3, 4],
    ]);
  });

  it('a client that is gone before the first byte does not stop the operation', async () => {
    const { emitter, running, fetch } = await host();
    const leaving = new AbortController();
    const response = fetch(START, ask('POST', { body: input, signal: leaving.signal })).catch(
      () => null,
    );
    await expect.poll(() => running.length, { interval: 1 }).toBe(1);
    leaving.abort();
    await response;
    await expect.poll(() => emitter.handler.stats().active).toBe(0);
    expect(await running[0]?.emit('cancelled')).toMatchObject({ seq: 2 });
  });
});
