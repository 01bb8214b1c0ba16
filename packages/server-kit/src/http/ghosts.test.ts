import { describe, expect, it } from 'vitest';
import { framesOf } from './fixtures/frames.ts';
import {
  ask,
  begin,
  call,
  input,
  manyOperations,
  type Setup,
  START,
  setup,
} from './fixtures/setup.ts';

/** A stream of an operation, at its first event. */
async function open({ handler }: Setup, id: string, user = 'alice') {
  const response = await call(handler, 'GET', `${START}/${id}/events`, { user });
  const frames = framesOf(response);
  if (response.status === 200) await frames.until((frame) => frame.id === 1);
  return { status: response.status, frames };
}

describe('L2: streams that something on the way keeps open', () => {
  it('a fourth one of a principal and operation takes the place of the oldest', async () => {
    const kit = setup({}, manyOperations());
    const id = await begin(kit.operations);
    const other = await open(kit, await begin(kit.operations));
    const streams = [await open(kit, id), await open(kit, id), await open(kit, id)];
    streams.push(await open(kit, id));
    await streams[0]?.frames.rest();
    // Closed normally, and told when to come back: it may be a page that somebody looks at.
    expect(streams[0]?.frames.seen.at(-1)).toEqual({ retry: 2_000 });
    expect(kit.handler.stats()).toMatchObject({ active: 4, closed: { replaced: 1, left: 0 } });
    // Those that are left go on.
    kit.operations.append(id, 'cancelled');
    for (const { frames } of streams.slice(1)) await frames.until((frame) => frame.id === 2);
    await other.frames.cancel();
    expect(kit.errors).toEqual([]);
  });

  it('a hundred reloads leave three, whatever the limit of the principal', async () => {
    const kit = setup({ limits: { readsPerMinute: 1_000, connectionsPerPrincipal: 3 } });
    const id = await begin(kit.operations);
    const statuses = new Set<number>();
    for (let load = 0; load < 100; load += 1) statuses.add((await open(kit, id)).status);
    expect([[...statuses], kit.handler.stats().active]).toEqual([[200], 3]);
  });

  it.each([
    ['the principal', { connectionsPerPrincipal: 2 }],
    ['the node', { connections: 2 }],
  ])(
    'at the limit of %s, one of the same operation makes room, and no other',
    async (_, limits) => {
      const kit = setup({ limits }, manyOperations());
      const [one, two] = [await begin(kit.operations), await begin(kit.operations)];
      const first = await open(kit, one);
      const second = await open(kit, two);
      expect((await open(kit, await begin(kit.operations))).status).toBe(429);
      expect((await open(kit, one)).status).toBe(200);
      await first.frames.rest();
      expect(kit.handler.stats()).toMatchObject({ active: 2, closed: { replaced: 1 } });
      kit.operations.append(two, 'cancelled');
      await second.frames.until((frame) => frame.id === 2);
    },
  );

  it('makes no room with streams of somebody else', async () => {
    const kit = setup({ limits: { connections: 1 } });
    const id = await begin(kit.operations);
    await open(kit, id);
    expect((await open(kit, id, 'bob')).status).toBe(429);
    expect(kit.handler.stats()).toMatchObject({ active: 1, closed: { replaced: 0 } });
  });

  it('a client that does not read is cut at once', async () => {
    const kit = setup({ limits: { streamsPerOperation: 1 } });
    const id = await begin(kit.operations);
    const unread = await call(kit.handler, 'GET', `${START}/${id}/events`);
    await open(kit, id);
    await expect(unread.text()).rejects.toThrow();
    expect(kit.handler.stats()).toMatchObject({ active: 1, closed: { replaced: 1 } });
  });

  it('a start whose client is gone gives its place back before it has an answer', async () => {
    const kit = setup({ limits: { connectionsPerPrincipal: 1 } });
    const { start } = kit.operations;
    const id = await begin(kit.operations);
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let asked = () => {};
    const asking = new Promise<void>((resolve) => {
      asked = resolve;
    });
    kit.operations.start = async (request) => {
      asked();
      await held;
      return start(request);
    };
    const page = new AbortController();
    const init = ask('POST', { body: input, signal: page.signal });
    const gone = kit.handler.fetch(new Request(`https://api.example.com${START}`, init));
    await asking;
    page.abort();
    expect((await open(kit, id)).status).toBe(200);
    answer();
    await (await gone).body?.cancel().catch(() => {});
    expect(kit.handler.stats().active).toBe(1);
  });
});
