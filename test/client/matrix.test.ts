// The client's rows of the failure matrix, against the whole server kit over real sockets. The same
// cases run over HTTP/1.1 and over TLS with HTTP/2.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PROTOCOL_VERSION } from '../../packages/core/src/protocol/version.ts';
import { createTabHub } from '../../packages/core/src/stream/fixtures/tab-hub.ts';
import { createTestSignals } from '../../packages/core/src/stream/fixtures/test-clock.ts';
import type { Db } from '../../packages/server-kit/src/db/db.ts';
import { versions } from '../../packages/server-kit/src/http/fixtures/serve.ts';
import { closeDatabases, databases } from '../../packages/server-kit/src/testing/databases.ts';
import {
  createTestEnvironment,
  mint,
  owner,
  signingWith,
  type TestEnvironment,
  wallet,
} from './fixtures/environment.ts';
import {
  eventually,
  expectDelivered,
  listen,
  untilConnection,
  untilStatus,
} from './fixtures/expect.ts';
import { buffering, reframing, speaking } from './fixtures/mischief.ts';

const input = { targetTierId: 'tier-2' };

afterAll(closeDatabases);

describe.each(versions)('over %s', (version) => {
  let db: Db;
  let environment: TestEnvironment;
  beforeAll(async () => {
    db = await databases[0].open();
  });
  beforeEach(async () => {
    environment = await createTestEnvironment(version, db);
  });
  afterEach(() => environment.close());

  const deliver = async (
    operation: ReturnType<TestEnvironment['client']>['upgrade'] extends {
      start(...args: never[]): infer O;
    }
      ? O
      : never,
  ) => {
    await untilStatus(operation, 'awaiting_burn');
    await operation.sign();
  };

  it('C1: a start whose answer is lost is repeated as the same start', async () => {
    let lost = 0;
    environment.mischief = async (request, answer) => {
      const response = await answer();
      if (request.method === 'POST' && lost++ < 2) environment.proxy.cut();
      return response;
    };
    const operation = environment.client().upgrade.start(input);
    const received = listen(operation);
    await deliver(operation);
    await expectDelivered(environment, operation, received, 3);
    expect(
      new Set(environment.seen.filter(({ key }) => key !== null).map(({ key }) => key)).size,
    ).toBe(1);
  });

  it('C1: a start that times out is repeated as the same, even if the first arrives', async () => {
    let release: () => void = () => undefined;
    const late = new Promise<void>((resolve) => {
      release = resolve;
    });
    let first = true;
    environment.mischief = async (request, answer) => {
      if (request.method !== 'POST' || !first) return answer();
      first = false;
      await late;
      return answer();
    };
    // Long enough for the second one to be answered on a busy machine.
    const operation = environment.client({ timing: { responseMs: 1_500 } }).upgrade.start(input);
    const received = listen(operation);
    await operation.started;
    release();
    await deliver(operation);
    await expectDelivered(environment, operation, received, 2);
  });

  it('C2: a double click, a second tab and a second device join the live operation', async () => {
    const hub = createTabHub();
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const slow = wallet(async (transaction) => {
      await asked;
      return { kind: 'signed', signedTransaction: transaction };
    });
    const tab = environment.client({ environment: hub.environment, signing: signingWith(slow) });
    const otherTab = environment.client({
      environment: hub.environment,
      signing: signingWith(slow),
    });
    const operation = tab.upgrade.start(input);
    const received = listen(operation);
    const others = [
      tab.upgrade.start(input),
      otherTab.upgrade.start(input),
      environment.client().upgrade.start(input),
    ];
    const ids = await Promise.all([operation, ...others].map(({ started }) => started));
    expect(new Set(ids).size).toBe(1);
    await Promise.all([operation, ...others].map((one) => untilStatus(one, 'awaiting_burn')));
    const signing = operation.sign();
    await eventually(() => slow.prompts === 1);
    for (const other of others.slice(0, 2))
      await expect(other.sign()).rejects.toMatchObject({ code: 'sign_in_progress', asset: 'safe' });
    answer();
    await signing;
    await expectDelivered(environment, operation, received, 4);
    for (const other of others) expect((await other.done).operationId).toBe(ids[0]);
    expect(slow.prompts).toBe(1);
  });

  it('C3: the same key with another body is a conflict, and nothing is created', async () => {
    const client = environment.client();
    await client.upgrade.start(input, { idempotencyKey: 'key-of-a-click' }).started;
    const conflicting = client.upgrade.start(
      { targetTierId: 'tier-3' },
      { idempotencyKey: 'key-of-a-click' },
    );
    await expect(conflicting.started).rejects.toMatchObject({
      code: 'idempotency_conflict',
      details: { status: 409 },
    });
    await expect(conflicting.done).rejects.toMatchObject({ code: 'idempotency_conflict' });
    expect(conflicting.getSnapshot()).toMatchObject({
      operation: null,
      connection: { state: 'closed', reason: 'refused' },
    });
    expect(await environment.operations()).toBe(1);
  });

  it.each([
    ['not the owner', { code: 'nft_owned', required: 1, actual: 0 }],
    ['the wrong tier', { code: 'tier', required: 'tier-1', actual: 'tier-3' }],
    ['too little volume', { code: 'trading_volume', required: 500_000, actual: 120_000 }],
    ['already upgraded', { code: 'nft_upgraded', required: 0, actual: 1 }],
  ])('C4: %s ends with the reason, and nothing to sign', async (_, requirement) => {
    environment.host.rules.upgrade.qualify = async () => ({
      qualified: false,
      error: 'Not yet.',
      requirements: [requirement],
    });
    const signer = wallet();
    const operation = environment.client({ signing: signingWith(signer) }).upgrade.start(input);
    expect(await operation.done).toMatchObject({
      status: 'qualification_failed',
      asset: 'safe',
      now: { requirements: [requirement] },
    });
    await expect(operation.sign()).rejects.toMatchObject({
      code: 'burn_not_expected',
      asset: 'safe',
    });
    expect([signer.prompts, environment.ledger.ownerOf(mint)]).toEqual([0, owner]);
  });

  it('C5: an operation of a page closed in mid-prompt is found again and renewed', async () => {
    const silent = wallet(
      (_, signal) =>
        new Promise((__, reject) => signal.addEventListener('abort', reject, { once: true })),
    );
    const before = environment.client({ signing: signingWith(silent) });
    const lost = before.upgrade.start(input);
    await untilStatus(lost, 'awaiting_burn');
    // One prompt at a time holds within a page; the page of this one is gone and its prompt with
    // it, which here only an abort can say.
    const page = new AbortController();
    const abandoned = expect(lost.sign({ signal: page.signal })).rejects.toMatchObject({
      code: 'aborted',
      asset: 'safe',
    });
    await eventually(() => silent.prompts === 1);
    before.close();
    page.abort();
    await abandoned;

    const client = environment.client();
    const [found, ...more] = await client.upgrade.active();
    if (!found) throw new Error('the operation is gone');
    expect([more, found]).toEqual([[], lost.getSnapshot().operation]);
    const operation = client.upgrade.attach(found.operationId);
    const received = listen(operation);
    await untilStatus(operation, 'awaiting_burn');
    environment.ledger.advanceBlocks(1_000);
    expect(await operation.renewBurn()).toMatchObject({ attempt: 2 });
    await operation.sign();
    await expectDelivered(environment, operation, received);
  });

  it('C6: a token that expires is replaced once, the cursor is kept', async () => {
    const reasons: string[] = [];
    const operation = environment
      .client({
        getToken: ({ reason }) => {
          reasons.push(reason);
          return reason === 'unauthorized' || environment.tokens.has('fresh') ? 'fresh' : 'good';
        },
      })
      .upgrade.start(input);
    const received = listen(operation);
    await untilStatus(operation, 'awaiting_burn');
    const { seq } = operation.getSnapshot().operation ?? { seq: 0 };
    environment.tokens.clear();
    const before = environment.seen.length;
    // The server takes the new token from the moment on that it was asked for.
    environment.mischief = async (_, answer) => {
      const response = await answer();
      if (response.status === 401) environment.tokens.add('fresh');
      return response;
    };
    environment.proxy.cut();
    await eventually(
      () => environment.tokens.has('fresh') && operation.getSnapshot().connection.state === 'live',
    );
    expect(reasons.filter((reason) => reason === 'unauthorized')).toHaveLength(1);
    expect(environment.seen.slice(before).map(({ cursor }) => cursor)).toEqual([
      String(seq),
      String(seq),
    ]);
    await operation.sign();
    await expectDelivered(environment, operation, received);
  });

  it('C6: a token that is refused again leaves the operation until a better one', async () => {
    const operation = environment.client().upgrade.start(input);
    const received = listen(operation);
    await untilStatus(operation, 'awaiting_burn');
    const before = operation.getSnapshot().operation;
    environment.tokens.clear();
    environment.proxy.cut();
    await untilConnection(operation, 'auth_required');
    expect(operation.getSnapshot()).toMatchObject({
      connection: { error: { code: 'unauthenticated' } },
    });
    expect(operation.getSnapshot().operation).toBe(before);
    environment.tokens.add('good');
    await operation.retry();
    await deliver(operation);
    await expectDelivered(environment, operation, received);
  });

  it('C7: cuts of the wire, again and again, lose nothing and start nothing', async () => {
    const operation = environment
      .client({ limits: { confirmAttempts: 1_000, maxAttempts: 1_000 } })
      .upgrade.start(input);
    const received = listen(operation);
    await untilStatus(operation, 'awaiting_burn');
    const cutAt = async (bytes: number, times: number) => {
      const { connections } = environment.proxy;
      environment.proxy.cutAfter = bytes;
      environment.proxy.cut();
      await eventually(() => environment.proxy.connections >= connections + times);
    };
    // From nothing at all over a part of a TLS handshake or of the headers to a part of a frame.
    for (const bytes of [0, 40, 300, 900, 1_700, 2_100]) await cutAt(bytes, 1);
    const signing = operation.sign();
    for (const bytes of [0, 500, 2_500]) await cutAt(bytes, 2);
    environment.proxy.cutAfter = null;
    environment.proxy.cut();
    await signing;
    await expectDelivered(environment, operation, received);
  });

  it.each(['pass', 'are held'] as const)(
    'C7: a proxy that buffers, whose headers %s: the log is polled, and it is said',
    async (headers) => {
      environment.mischief = buffering(headers);
      const operation = environment
        .client({ timing: { responseMs: 1_000, firstByteMs: 300 } })
        .upgrade.start(input);
      const received = listen(operation);
      await untilConnection(operation, 'polling');
      await eventually(() =>
        /^(buffered|streaming_unavailable)$/.test(
          String(operation.getSnapshot().connection.reason),
        ),
      );
      await deliver(operation);
      const starts = environment.posts;
      await expectDelivered(environment, operation, received, starts);
      expect(starts).toBe(headers === 'pass' ? 1 : 3);
      expect(operation.counters.polls).toBeGreaterThan(0);
    },
  );

  it('C7: offline and back: shown as such, and caught up at once', async () => {
    const signals = createTestSignals();
    const device = { online: signals.online, onSignal: signals.onSignal };
    // The next attempt would be made in ten minutes: only the signal can be what ends the wait.
    const operation = environment
      .client({ environment: device, timing: { maxDelayMs: 600_000, baseDelayMs: 600_000 } })
      .upgrade.start(input);
    const received = listen(operation);
    await untilStatus(operation, 'awaiting_burn');
    signals.emit('offline');
    environment.proxy.down = true;
    await untilConnection(operation, 'offline');
    const burned = environment.ledger.submit(String(operation.id));
    expect(burned).not.toBe('');
    environment.proxy.down = false;
    signals.emit('online');
    await expectDelivered(environment, operation, received);
  });

  it('C8: lost, doubled, reordered and unknown events on the wire: the same end', async () => {
    const held: string[] = [];
    // What becomes of the events on the wire, counted over all connections. The burn transaction is
    // not lost for good: nothing follows it that would show the gap.
    const plan = [
      'double',
      'lose',
      '',
      '',
      'hold',
      'lose',
      'double',
      '',
      'lose',
      '',
      'hold',
      'double',
      '',
      'lose',
    ];
    const unknown = (frame: string) =>
      frame.replace('"status":"qualification_verified"', '"status":"polishing"');
    environment.mischief = reframing((frame) => {
      if (!frame.startsWith('id:')) return [frame, ...held.splice(0)];
      const what = plan.shift();
      if (what === 'lose') return [];
      if (what === 'double') return [frame, frame];
      if (what === 'hold') {
        held.push(frame);
        return [];
      }
      return [frame, ...held.splice(0)];
    });
    const operation = environment.client().upgrade.start(input);
    const received = listen(operation);
    await deliver(operation);
    await expectDelivered(environment, operation, received);
    const { duplicates, gaps } = operation.counters;
    expect([duplicates > 0, gaps > 0]).toEqual([true, true]);

    environment.mischief = reframing((frame) => [unknown(frame)]);
    const again = environment.client().upgrade.attach(String(operation.id));
    expect(await again.done).toMatchObject({ status: 'completed', asset: 'delivered', unknown: 1 });
    expect(again.counters.unknown).toBe(1);
  });

  it.each([
    ['a day ahead', 86_400_000],
    ['a day behind', -86_400_000],
  ])('C9: a client clock that is %s changes nothing', async (_, offset) => {
    const clock = {
      now: () => Date.now() + offset,
      setTimeout: (callback: () => void, delayMs: number) => setTimeout(callback, delayMs),
      clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
    };
    const operation = environment.client({ environment: { clock } }).upgrade.start(input);
    const received = listen(operation);
    await deliver(operation);
    await expectDelivered(environment, operation, received);
    // A page beside a slow stream is no matter of clocks.
    expect(operation.counters).toMatchObject({ posts: 1, silences: 0 });
  });

  it('C9: after a sleep in which everything happened, one page brings it all', async () => {
    let asleep = 0;
    const clock = {
      now: () => Date.now() + asleep,
      setTimeout: (callback: () => void, delayMs: number) => setTimeout(callback, delayMs),
      clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
    };
    const signals = createTestSignals();
    const operation = environment
      .client({ environment: { clock, onSignal: signals.onSignal } })
      .upgrade.start(input);
    const received = listen(operation);
    await untilStatus(operation, 'awaiting_burn');
    environment.proxy.down = true;
    const principal = { id: 'alice', wallet: owner };
    environment.ledger.submit(String(operation.id));
    const query = { process: 'upgrade', operationId: String(operation.id), principal };
    await eventually(
      async () => (await environment.service.snapshot(query)).status === 'completed',
    );
    asleep = 3_600_000;
    environment.proxy.down = false;
    const before = environment.seen.length;
    signals.emit('visible');
    await expectDelivered(environment, operation, received);
    // The page, beside the attempt that the sleep had kept waiting.
    expect(environment.seen.length - before).toBeLessThanOrEqual(2);
  });

  it('C10: mounted twice, unmounted in mid-prompt: one prompt, and nothing is lost', async () => {
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const slow = wallet(async (transaction) => {
      await asked;
      return { kind: 'signed', signedTransaction: transaction };
    });
    const client = environment.client({ signing: signingWith(slow) });
    const first = client.upgrade.start(input);
    const id = await first.started;
    first.detach();
    const second = client.upgrade.attach(id);
    await untilStatus(second, 'awaiting_burn');
    const signing = second.sign();
    await eventually(() => slow.prompts === 1);
    second.detach();
    const third = client.upgrade.attach(id);
    const received = listen(third);
    await untilStatus(third, 'awaiting_burn');
    await expect(third.sign()).rejects.toMatchObject({ code: 'sign_in_progress' });
    answer();
    await expect(signing).resolves.toHaveProperty('burnTxSignature');
    await expectDelivered(environment, third, received);
    expect(slow.prompts).toBe(1);
  });

  it('C11: a server of a newer protocol is refused before anything is signed', async () => {
    environment.mischief = speaking(PROTOCOL_VERSION + 1);
    const signer = wallet();
    const operation = environment.client({ signing: signingWith(signer) }).upgrade.start(input);
    await expect(operation.started).rejects.toMatchObject({
      code: 'protocol_unsupported',
      details: { server: PROTOCOL_VERSION + 1, client: PROTOCOL_VERSION },
    });
    expect([signer.prompts, environment.ledger.ownerOf(mint)]).toEqual([0, owner]);
  });

  it('C11: fields and comments of a newer server are passed on, and everything works', async () => {
    environment.mischief = reframing((frame) => [
      ': sparkle=1\n\n',
      frame.replace('"process":', '"sparkle":{"a":[1]},"process":'),
    ]);
    const operation = environment.client().upgrade.start(input);
    const seen: unknown[] = [];
    void (async () => {
      for await (const event of operation) seen.push((event as { sparkle?: unknown }).sparkle);
    })();
    await deliver(operation);
    expect((await operation.done).status).toBe('completed');
    await eventually(() => seen.length > 8);
    expect(new Set(seen.map((sparkle) => JSON.stringify(sparkle)))).toEqual(new Set(['{"a":[1]}']));
  });
});
