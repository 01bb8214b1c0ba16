import { describe, expect, it } from 'vitest';
import { upgrade } from '../processes/index.ts';
import { memoryFetch } from '../stream/fixtures/memory-fetch.ts';
import { recordings } from '../stream/fixtures/recordings.ts';
import { createScriptedServer, problem } from '../stream/fixtures/scripted-server.ts';
import { createUpgradeClient } from './client.ts';
import { createPlace } from './place.ts';

const log = recordings.upgrade;
const input = { targetTierId: 'tier-2' };

function openPage(fault?: Parameters<typeof createScriptedServer>[0]['fault'], events = [...log]) {
  const server = createScriptedServer({ process: upgrade, log: events, ...(fault && { fault }) });
  const client = createUpgradeClient({ baseUrl: '', environment: { fetch: memoryFetch(server) } });
  return { server, client, place: createPlace(client, 'upgrade', '') };
}

describe('a place', () => {
  it('C2, C10: shows one operation at a time, the same for everybody who asks for it', async () => {
    const { server, client, place } = openPage();
    const same = createPlace(client, 'upgrade', '');
    const first = place.start(input);
    expect(same.start(input)).toBe(first);
    expect([same.getOperation(), createPlace(client, 'upgrade', 'other').getOperation()]).toEqual([
      first,
      null,
    ]);
    await first.done;
    expect(server.posts).toBe(1);
    expect(place.start(input)).not.toBe(first);
    client.close();
  });

  it('notifies of another operation and its changes, not of the one before', async () => {
    const { client, place } = openPage();
    let calls = 0;
    const end = place.subscribe(() => calls++);
    const first = place.start(input);
    expect(calls).toBe(1);
    await first.done;
    const second = place.start(input);
    const before = calls;
    expect(first.getSnapshot().connection.state).toBe('closed');
    await second.done;
    expect(calls).toBeGreaterThan(before);
    end();
    const ended = calls;
    place.detach();
    expect(calls).toBe(ended);
    client.close();
  });

  it('adopts what is given only where nothing runs, and never what it has seen end', async () => {
    const { client, place } = openPage();
    place.adopt('upg_1');
    const adopted = place.getOperation();
    place.adopt('upg_2');
    expect(place.getOperation()).toBe(adopted);
    await adopted?.done;
    place.adopt('upg_1');
    expect(place.getOperation()).toBe(adopted);
    place.adopt('upg_2');
    expect(place.getOperation()).not.toBe(adopted);
    client.close();
  });

  it('keeps why a command was refused until the next one, and rejects the call too', async () => {
    const { client, place } = openPage(
      (request) => (request.path.endsWith('/cancel') ? problem(409, 'cancel_refused') : undefined),
      log.slice(0, 5),
    );
    expect(await place.sign()).toBeUndefined();
    const operation = place.start(input);
    await operation.started;
    await expect(place.cancel()).rejects.toMatchObject({ code: 'cancel_refused' });
    expect(place.getRefusal()?.code).toBe('cancel_refused');
    const next = place.retry().catch(() => {});
    expect(place.getRefusal()).toBeNull();
    await next;
    place.detach();
    expect([place.getOperation(), place.getRefusal()]).toEqual([null, null]);
    client.close();
  });

  it('says what cannot be adopted, and throws nothing into whatever is being rendered', () => {
    const { client, place } = openPage();
    place.adopt({ process: 'claim' } as never);
    expect(place.getRefusal()?.code).toBe('invalid_event');
    client.close();
    place.adopt('upg_1');
    expect([place.getOperation(), place.getRefusal()?.code]).toEqual([null, 'detached']);
  });

  it('a refused start is free again', async () => {
    const { client, place } = openPage(() => problem(422, 'invalid_request'));
    const first = place.start(input);
    await expect(first.done).rejects.toMatchObject({ code: 'invalid_request' });
    expect(place.start(input)).not.toBe(first);
    client.close();
  });
});
