import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createUpgradeClient, type Processes, processes } from '../../packages/core/src/index.ts';
import { foldAll } from '../../packages/core/src/machine/reduce.ts';
import {
  eventFrame,
  type OperationEvent,
  PROTOCOL_VERSION,
  parseEvent,
} from '../../packages/core/src/protocol/index.ts';

const folders = join(import.meta.dirname, 'golden');
/** Streams of every version: a client reads those of former servers as well. */
const streams = readdirSync(folders).flatMap((version) =>
  readdirSync(join(folders, version)).flatMap((file) =>
    file.endsWith('.stream') ? [{ version, name: file.replace('.stream', '') }] : [],
  ),
);
const inputs: Record<string, Record<string, unknown>> = {
  upgrade: { targetTierId: 'tier-2' },
  claim: {},
  badge_activation: { badgeId: 'badge-1' },
};
const tables: Processes = processes;

it('has golden streams of every process', () => {
  for (let version = 1; version <= PROTOCOL_VERSION; version += 1) {
    const names = streams.filter((one) => one.version === `v${version}`).map(({ name }) => name);
    expect(new Set(names.map((name) => name.split('-')[0]))).toEqual(
      new Set(Object.keys(processes)),
    );
    expect(names.length).toBeGreaterThanOrEqual(17);
  }
});

describe.each(streams)('golden stream $version/$name', ({ version, name }) => {
  const folder = join(folders, version);
  const text = readFileSync(join(folder, `${name}.stream`), 'utf8');
  const snapshot: unknown = JSON.parse(readFileSync(join(folder, `${name}.snapshot.json`), 'utf8'));
  const process = tables[name.split('-')[0] ?? ''];
  if (!process) throw new Error(`${name} is of no process`);
  const frames = [...text.matchAll(/^id: \d+\ndata: (.*)\n\n/gm)];
  const events = frames.map(([, data = '']) => parseEvent(process, JSON.parse(data)));

  it('is folded by the reducer into the snapshot of its time', () => {
    expect(foldAll(process, events)).toEqual(snapshot);
  });

  it('is written today byte by byte as it was then', () => {
    expect(events.map((event) => eventFrame(event)).join('')).toBe(
      frames.map(([frame]) => frame).join(''),
    );
  });

  it('is followed by the client to the same end, in pieces of any size', async () => {
    const bytes = new TextEncoder().encode(text);
    for (const size of [7, 1_000, bytes.byteLength]) {
      let asked = 0;
      const client = createUpgradeClient<Processes>({
        baseUrl: '',
        processes: { [process.name]: process },
        environment: {
          locks: null,
          storage: null,
          fetch: async () => {
            asked += 1;
            let at = 0;
            const body = new ReadableStream<Uint8Array>({
              pull(controller) {
                if (at >= bytes.byteLength) controller.close();
                else controller.enqueue(bytes.slice(at, at + size));
                at += size;
              },
            });
            const location = `/api/v1/nft/${process.path}/${events[0]?.operationId}/events`;
            return new Response(body, {
              headers: { 'content-type': 'text/event-stream', 'content-location': location },
            });
          },
        },
      });
      const operation = client.process(process.name).start(inputs[process.name] ?? {});
      const seen: OperationEvent[] = [];
      for await (const event of operation) seen.push(event);
      expect(await operation.done).toEqual(snapshot);
      expect(seen).toEqual(events);
      expect(asked).toBe(1);
      client.close();
    }
  });
});
