import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContentStore } from '../ports/content-store.ts';
import { localStore } from './local.ts';
import { memoryStore } from './memory.ts';

const hello = new TextEncoder().encode('hello world');
const helloCid = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e';

/** Three chunks and a bit, all different. */
function large(): Uint8Array {
  const bytes = new Uint8Array(800_000);
  for (let i = 0; i < bytes.length; i += 4)
    new DataView(bytes.buffer).setUint32(i, Math.imul(i, 2_654_435_761));
  return bytes;
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'content-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const files = async (): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
};

describe.each<[string, () => ContentStore]>([
  ['memoryStore', memoryStore],
  ['localStore', () => localStore({ folder })],
])('%s', (_, make) => {
  it('gives back what was put, under the CID that cid() says', async () => {
    const store = make();
    for (const bytes of [hello, new Uint8Array(0), large()]) {
      const cid = await store.put(bytes);
      expect(cid).toBe(await store.cid(bytes));
      expect(Buffer.compare((await store.get(cid)) ?? new Uint8Array([0]), bytes)).toBe(0);
    }
    expect(await store.put(hello)).toBe(helloCid);
  });

  it('is null for content it does not have', async () => {
    expect(await make().get(helloCid)).toBeNull();
  });

  it('keeps the bytes of the call, whatever the caller does to them', async () => {
    const store = make();
    const bytes = hello.slice();
    const putting = store.put(bytes);
    bytes.fill(0);
    expect(await putting).toBe(helloCid);
    expect(await store.get(helloCid)).toEqual(hello);
  });

  it('refuses what is no CID', async () => {
    await expect(make().get('../secret')).rejects.toMatchObject({ code: 'invalid_option' });
  });
});

describe('localStore', () => {
  it('has the content after a restart', async () => {
    const bytes = large();
    const cid = await localStore({ folder }).put(bytes);
    const again = await localStore({ folder }).get(cid);
    expect(again && Buffer.compare(again, bytes)).toBe(0);
  });

  it('finds a damaged block and repairs it by the next put', async () => {
    const bytes = large();
    const store = localStore({ folder });
    const cid = await store.put(bytes);
    const [block = ''] = await files();
    await writeFile(block, 'not what it was');
    await expect(store.get(cid)).rejects.toMatchObject({ code: 'metadata_cid_mismatch' });
    await store.put(bytes);
    const again = await store.get(cid);
    expect(again && Buffer.compare(again, bytes)).toBe(0);
  });

  it('finds a block that a power cut left empty', async () => {
    const store = localStore({ folder });
    const cid = await store.put(hello);
    for (const file of await files()) await writeFile(file, '');
    await expect(store.get(cid)).rejects.toMatchObject({
      code: 'metadata_cid_mismatch',
      retryable: false,
    });
  });

  it('M3: is null while a chunk is missing, and whole after the put was repeated', async () => {
    const bytes = large();
    const store = localStore({ folder });
    const cid = await store.put(bytes);
    const [first = ''] = await files();
    await rm(first);
    await expect(store.get(cid)).resolves.toBeNull();
    expect(await store.put(bytes)).toBe(cid);
    const again = await store.get(cid);
    expect(again && Buffer.compare(again, bytes)).toBe(0);
  });

  it('takes the same content from many at once', async () => {
    const bytes = large();
    const [one, two] = [localStore({ folder }), localStore({ folder })];
    const cids = await Promise.all(
      Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? one : two).put(bytes)),
    );
    expect(new Set(cids).size).toBe(1);
    const again = await localStore({ folder }).get(cids[0] ?? '');
    expect(again && Buffer.compare(again, bytes)).toBe(0);
  });

  it('reports at the first call, also of cid(), that the folder cannot be written', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const store = localStore({ folder: join(file, 'below') });
    await expect(store.cid(hello)).rejects.toMatchObject({
      code: 'metadata_upload_failed',
      retryable: true,
    });
    // Mended while the process lives.
    await rm(file);
    expect(await store.cid(hello)).toBe(helloCid);
  });

  it('tells a block it cannot read from one it does not have', async () => {
    const store = localStore({ folder });
    const cid = await store.put(hello);
    for (const file of await files()) {
      await rm(file);
      await mkdir(file);
    }
    await expect(store.get(cid)).rejects.toMatchObject({ code: 'metadata_unavailable' });
  });

  it('needs a folder', () => {
    expect(() => localStore({ folder: '' })).toThrow(
      expect.objectContaining({ code: 'invalid_option' }),
    );
  });
});
