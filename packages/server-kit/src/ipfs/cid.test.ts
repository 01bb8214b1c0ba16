import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { cidOf, importContent, parseCid } from './cid.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('cidOf', () => {
  it.each([
    ['', 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'],
    ['hello world', 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e'],
  ])('of %j is what Kubo prints', async (text, cid) => {
    expect(await cidOf(utf8(text))).toBe(cid);
  });

  it('of one chunk is the SHA2-256 of the raw bytes, up to 262,144 of them', async () => {
    for (const size of [1, 262_144]) {
      const bytes = new Uint8Array(size).fill(7);
      const { code, version, multihash } = await parseCid(await cidOf(bytes));
      expect({ code, version, digest: Buffer.from(multihash.digest).toString('hex') }).toEqual({
        code: 0x55,
        version: 1,
        digest: createHash('sha256').update(bytes).digest('hex'),
      });
    }
  });

  it('of more is a tree with 174 links to a node', async () => {
    const shape = async (chunks: number): Promise<{ raw: number; nodes: number }> => {
      const seen = { raw: 0, nodes: 0 };
      // Every chunk different, else equal ones would be one block.
      const bytes = new Uint8Array(chunks * 262_144);
      for (let chunk = 0; chunk < chunks; chunk++)
        new DataView(bytes.buffer).setUint32(chunk * 262_144, chunk);
      await importContent(bytes, {
        async put(cid) {
          seen[cid.code === 0x55 ? 'raw' : 'nodes']++;
          return cid;
        },
      });
      return seen;
    };
    expect(await shape(2)).toEqual({ raw: 2, nodes: 1 });
    expect(await shape(174)).toEqual({ raw: 174, nodes: 1 });
    // Two nodes under a root.
    expect(await shape(175)).toEqual({ raw: 175, nodes: 3 });
  });

  it('of two chunks is the dag-pb node that the specification gives for them', async () => {
    const first = new Uint8Array(262_144);
    const second = utf8('tail');
    // dag-pb, written out by hand: two links (hash, empty name, size), then UnixFS {type: file,
    // size, sizes of the parts}.
    const varint = (value: number): number[] =>
      value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];
    const field = (tag: number, bytes: readonly number[]): number[] => [
      tag,
      ...varint(bytes.length),
      ...bytes,
    ];
    const link = (bytes: Uint8Array): number[] =>
      field(0x12, [
        ...field(0x0a, [1, 0x55, 0x12, 32, ...createHash('sha256').update(bytes).digest()]),
        ...field(0x12, []),
        0x18,
        ...varint(bytes.length),
      ]);
    const unixfs = [
      0x08,
      2,
      0x18,
      ...varint(262_148),
      0x20,
      ...varint(262_144),
      0x20,
      ...varint(4),
    ];
    const node = Uint8Array.from([...link(first), ...link(second), ...field(0x0a, unixfs)]);
    const { code, multihash } = await parseCid(await cidOf(Buffer.concat([first, second])));
    expect(code).toBe(0x70);
    expect(Buffer.from(multihash.digest).toString('hex')).toBe(
      createHash('sha256').update(node).digest('hex'),
    );
  });
});

describe('parseCid', () => {
  it.each([
    '',
    'ipfs://bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e',
    '../../etc/passwd',
    'bafkrei',
  ])('refuses %j', async (text) => {
    await expect(parseCid(text)).rejects.toMatchObject({ code: 'invalid_option' });
  });
});
