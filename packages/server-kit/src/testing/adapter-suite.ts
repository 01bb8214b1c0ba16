import assert from 'node:assert/strict';
import type { Protocol } from './adapter/client.ts';
import {
  type AdapterEnvironment,
  type AdapterEnvironmentOptions,
  type AdapterUnderTest,
  alice,
  type Before,
  inEnvironment,
  input,
  START,
} from './adapter/environment.ts';
import { type ContractCase, eventually } from './suite.ts';

export type { AdapterUnderTest, ServedAdapter, ServeRequest } from './adapter/environment.ts';

interface Case extends AdapterEnvironmentOptions {
  name: string;
  run(environment: AdapterEnvironment): Promise<void>;
}

/** RFC 9113, section 8.2.2: with one of these a message is malformed on HTTP/2. */
const hopByHop = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'];

const events = (id: string) => `${START}/${id}/events`;
const sse = { ...alice, accept: 'text/event-stream' };
const json = { ...alice, accept: 'application/json' };

/**
 * The whole way of one stream: what is sent after the request has ended arrives at once, unchanged,
 * and the stream closes normally.
 */
async function follow(
  { client, operations, append, quiet, protocol }: AdapterEnvironment,
  headers: Record<string, string> = {},
): Promise<void> {
  const stream = await client.send(START, {
    method: 'POST',
    headers: { ...sse, ...headers },
    body: input,
  }).answer;
  assert.equal(stream.status, 200);
  assert.match(String(stream.headers['content-type']), /^text\/event-stream/);
  assert.equal(stream.headers['content-encoding'], undefined);
  assert.equal(stream.headers['x-accel-buffering'], 'no');
  if (protocol === 'h2')
    assert.deepEqual(
      hopByHop.filter((name) => name in stream.headers),
      [],
    );
  const id = /\/(upg_\w+)\/events$/.exec(String(stream.headers['content-location']))?.[1] ?? '';
  await stream.until(/^id: 1$/m);
  // One after another: what holds frames back would wait for more.
  append(id, 'qualification_verified');
  await stream.until(/^id: 2$/m);
  append(id, 'awaiting_burn');
  await stream.until(/^id: 3$/m);
  append(id, 'cancelled');
  const { text, end } = await stream.rest();
  assert.equal(end, 'in order');
  assert.deepEqual(text.match(/^id: \d+$/gm), ['id: 1', 'id: 2', 'id: 3', 'id: 4']);
  assert.equal(operations.calls('start'), 1);
  await quiet();
}

const behind = (before: Before): Case[] => [
  {
    name: `behind a ${before}: frames arrive at once and unchanged`,
    before,
    run: (environment) => follow(environment, { 'accept-encoding': 'gzip, br' }),
  },
  {
    name: `behind a ${before}: commands with and without a body are understood`,
    before,
    async run({ client, begin, append }) {
      const id = await begin();
      append(id, 'qualification_verified');
      const signature =
        '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW';
      const early = await client.send(`${START}/${id}/confirm-burn`, {
        method: 'PATCH',
        headers: json,
        body: { burnTxSignature: signature },
      }).answer;
      assert.equal(early.status, 409);
      assert.match((await early.rest()).text, /burn_not_expected/);
      const wrong = await client.send(START, {
        method: 'POST',
        headers: json,
        body: { targetTierId: 7 },
      }).answer;
      assert.equal(wrong.status, 422);
      assert.equal(
        (await client.send(`${START}/${id}/cancel`, { method: 'POST', headers: json }).answer)
          .status,
        202,
      );
    },
  },
];

const cases: readonly Case[] = [
  {
    name: 'the end of a POST body does not end its stream',
    run: (environment) => follow(environment),
  },
  {
    name: 'what is not the handler’s is left to the host',
    async run({ client }) {
      const answer = await client.send('/host').answer;
      assert.deepEqual([answer.status, (await answer.rest()).text], [200, 'host']);
    },
  },
  {
    name: 'problems are answered with their status, and no header of one hop on HTTP/2',
    async run({ client, protocol }) {
      for (const [path, headers, status] of [
        [`${START}/upg_404`, json, 404],
        [`${START}/upg_404`, {}, 401],
        [`${START}/upg_404/events`, { ...alice, accept: 'text/html' }, 406],
      ] as const) {
        const answer = await client.send(path, { headers }).answer;
        assert.equal(answer.status, status);
        assert.equal(answer.headers['content-type'], 'application/problem+json');
        if (protocol === 'h2')
          assert.deepEqual(
            hopByHop.filter((name) => name in answer.headers),
            [],
          );
        await answer.rest();
      }
      assert.equal(
        (await client.send(START, { method: 'DELETE', headers: json }).answer).status,
        405,
      );
    },
  },
  {
    name: 'a cursor is honoured',
    async run({ client, begin, append }) {
      const id = await begin();
      append(id, 'qualification_verified');
      append(id, 'cancelled');
      const { text, end } = await (
        await client.send(events(id), { headers: { ...sse, 'last-event-id': '2' } }).answer
      ).rest();
      assert.equal(end, 'in order');
      assert.deepEqual(text.match(/^id: \d+$/gm), ['id: 3']);
    },
  },
  {
    name: 'HEAD has the headers of the stream, no body, and opens nothing',
    async run({ client, begin, quiet }) {
      const answer = await client.send(events(await begin()), { method: 'HEAD', headers: sse })
        .answer;
      assert.match(String(answer.headers['content-type']), /^text\/event-stream/);
      assert.deepEqual([answer.status, await answer.rest()], [200, { text: '', end: 'in order' }]);
      await quiet();
    },
  },
  {
    name:
      'a client that is gone before the first byte leaves nothing behind, and its operation ' +
      'stands',
    async run({ client, operations, quiet }) {
      const { start } = operations;
      let answered = () => {};
      let asked = false;
      const held = new Promise<void>((resolve) => {
        answered = resolve;
      });
      operations.start = async (request) => {
        const started = await start(request);
        asked = true;
        await held;
        return started;
      };
      const sent = client.send(START, { method: 'POST', headers: sse, body: input });
      await eventually(() => assert.ok(asked));
      sent.leave();
      await assert.rejects(sent.answer);
      answered();
      await quiet();
      assert.equal(
        (await operations.active({ process: 'upgrade', principal: { id: 'alice' } })).length,
        1,
      );
    },
  },
  {
    name: 'a client that leaves in mid-stream is noticed without a write',
    async run({ client, begin, handler, quiet }) {
      const stream = await client.send(events(await begin()), { headers: sse }).answer;
      await stream.until(/^id: 1$/m);
      assert.equal(handler.stats().active, 1);
      stream.leave();
      await quiet();
      assert.deepEqual(handler.stats().closed.left, 1);
    },
  },
  {
    name: 'a client that breaks off its own request starts nothing',
    async run({ client, operations, quiet }) {
      const sent = client.send(START, {
        method: 'POST',
        headers: { ...sse, 'content-length': '100' },
        body: '{"targetTierId"',
        unfinished: true,
      });
      const other = await client.send('/host').answer;
      await other.rest();
      sent.leave();
      await assert.rejects(sent.answer);
      await quiet();
      assert.equal(operations.calls('start'), 0);
    },
  },
  {
    name: 'a drain ends streams in order, and tells each client when to come back',
    async run({ client, begin, handler, quiet }) {
      const stream = await client.send(events(await begin()), { headers: sse }).answer;
      await stream.until(/^id: 1$/m);
      const [{ text, end }] = await Promise.all([stream.rest(), handler.drain({ spreadMs: 100 })]);
      assert.equal(end, 'in order');
      assert.equal(text.match(/^retry: \d+$/gm)?.length, 2);
      assert.equal((await client.send(events('upg_1'), { headers: sse }).answer).status, 503);
      await quiet();
    },
  },
  {
    name: 'a client that does not read is cut off, and has cost a part of what there was to send',
    timing: { stallMs: 400 },
    async run({ client, begin, append, handler, operations, quiet }) {
      const id = await begin();
      append(id, 'qualification_verified');
      for (let seq = 3; seq <= 500; seq += 1)
        append(id, 'awaiting_burn', { message: 'x'.repeat(64 * 1024) });
      const before = operations.calls('events');
      const stream = await client.send(events(id), { headers: sse }).answer;
      stream.pause();
      await eventually(() => assert.equal(handler.stats().closed.stalled, 1));
      await quiet();
      const readAll = operations.calls('events') - before;
      assert.ok(readAll < 400, `read the journal ${readAll} times for a client that takes nothing`);
      stream.leave();
    },
  },
];

/**
 * What a framework has to get right around the handler, as cases for any test runner: each is named
 * for what it proves and rejects when it is not so. Needs the package `selfsigned`.
 * @example
 * for (const { name, run } of adapterSuite({ protocols: ['http/1.1'], serve })) test(name, run);
 */
export function adapterSuite(adapter: AdapterUnderTest): readonly ContractCase[] {
  const all = [
    ...cases,
    ...(adapter.before ?? (['body parser', 'compression'] as const)).flatMap(behind),
  ];
  const over = (protocol: Protocol) =>
    all.map(({ name, run, ...options }) => ({
      name: `${protocol}: ${name}`,
      run: () => inEnvironment(adapter, protocol, options, run),
    }));
  return adapter.protocols.flatMap(over);
}
