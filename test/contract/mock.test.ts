// The mock of the core package and the handler of the server kit, over one log: a page that is
// tested against the one meets nothing new at the other.
import { describe, expect, it } from 'vitest';
import { type AnyProcess, processes } from '../../packages/core/src/protocol/index.ts';
import {
  createMockServer,
  recording,
  type Scenario,
  samplePayload,
  scenarios,
} from '../../packages/core/src/testing/index.ts';
import { memoryOperations } from '../../packages/server-kit/src/testing/operations.ts';
import { soundServer, tokens } from './fixtures/server.ts';

const runs: Readonly<Record<string, readonly string[]>> = {
  upgrade: [
    'initializing',
    'qualification_verified',
    'awaiting_burn',
    'verifying_burn',
    'burn_verified',
    'uploading_metadata',
    'upload_failed',
    'recovering',
    'uploading_metadata',
    'metadata_uploaded',
    'minting_new_nft',
    'updating_records',
    'completed',
  ],
  claim: [
    'initializing',
    'qualification_verified',
    'uploading_metadata',
    'upload_failed',
    'needs_attention',
    'compensated',
  ],
  badge_activation: ['initializing', 'qualification_failed'],
};

/** Both of them with the same operation. */
async function both(process: AnyProcess, statuses: readonly string[]) {
  const operations = memoryOperations();
  const { snapshot } = await operations.start({
    process: process.name,
    principal: { id: 'alice' },
    input: {},
    idempotencyKey: null,
  });
  for (const status of statuses.slice(1))
    operations.append(snapshot.operationId, status, samplePayload(process, status));
  const id = snapshot.operationId;
  const log = await operations.events({
    process: process.name,
    operationId: id,
    principal: { id: 'alice' },
    after: 0,
  });
  const mock = createMockServer({ scenarios: [recording('the same', process, log)] });
  await mock.fetch(`/api/v1/nft/${process.path}`, {
    method: 'POST',
    headers: { accept: 'application/json' },
  });
  const handler = soundServer(operations);
  const ask = async (
    fetch: (request: Request) => Promise<Response>,
    path: string,
    method: string,
    headers: Record<string, string>,
  ) => {
    const url = `https://api.example.com/api/v1/nft/${process.path}/${path}`;
    const body = method === 'GET' ? {} : { body: '{}' };
    const all = {
      authorization: `Bearer ${tokens.token}`,
      'content-type': 'application/json',
      ...headers,
    };
    const response = await fetch(new Request(url, { method, headers: all, ...body }));
    const [type] = (response.headers.get('content-type') ?? '').split(';');
    const text = await response.text();
    // The opening of a stream carries the timing of the server, which is its own.
    return {
      status: response.status,
      type,
      content: type === 'text/event-stream' ? text.slice(text.indexOf('id: ')) : JSON.parse(text),
    };
  };
  const compare = async (path: string, method = 'GET', headers: Record<string, string> = {}) => {
    const [mocked, served] = await Promise.all([
      ask(mock.fetch, path, method, headers),
      ask(handler.fetch, path, method, headers),
    ]);
    expect(mocked).toEqual(served);
    return mocked;
  };
  return { id, log, compare };
}

describe.each(Object.values(processes).map((process) => [process.name, process] as const))(
  'an operation of %s',
  (name, process) => {
    const statuses = runs[name] ?? [];

    it('is streamed, paged and read alike, from the start and from a cursor', async () => {
      const { id, log, compare } = await both(process, statuses);
      expect(
        (await compare(`${id}/events`, 'GET', { accept: 'text/event-stream' })).content.match(
          /^id: /gm,
        ),
      ).toHaveLength(log.length);
      await compare(`${id}/events`, 'GET', { accept: 'text/event-stream', 'last-event-id': '1' });
      await compare(`${id}/events?after=1`, 'GET', { accept: 'application/json' });
      expect((await compare(id)).content).toMatchObject({ status: statuses.at(-1) });
    });

    it('refuses alike', async () => {
      const { id, compare } = await both(process, statuses);
      expect((await compare('nobody')).status).toBe(404);
      expect((await compare(`${id}/retry`, 'POST')).status).toBe(409);
      expect((await compare(`${id}/cancel`, 'POST')).status).toBe(409);
    });
  },
);

describe('scenarios', () => {
  const everywhere = [
    'happy',
    'notQualified',
    'slow',
    'gap',
    'duplicate',
    'reorder',
    'truncated',
    'buffered',
    'unknownStatus',
    'authExpired',
  ];
  /** What can only happen where the process has the status. */
  const where = {
    rejected: 'awaiting_burn',
    recovering: 'recovering',
    needsAttention: 'needs_attention',
    compensated: 'compensated',
  };

  it.each(Object.values(processes).map((process) => [process.name, process.statuses] as const))(
    'of %s: every one it can have',
    (name, of) => {
      const named: Readonly<Record<string, Scenario>> = scenarios[name];
      const possible = Object.entries(where).flatMap(([scenario, status]) =>
        status in of ? [scenario] : [],
      );
      expect(Object.keys(named)).toEqual(expect.arrayContaining([...everywhere, ...possible]));
    },
  );
});
