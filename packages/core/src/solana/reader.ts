/** Reads the wire format of Solana, front to back. */
export interface Reader {
  /** The next bytes, or none where there are not enough. */
  take(count: number): Uint8Array<ArrayBuffer>;
  byte(): number;
  /** Two or four bytes, the lowest first. */
  u16(): number;
  u32(): number;
  /** A compact-u16: seven bits a byte, the lowest first, at most 16 bits, in the shortest form (solana-short-vec refuses `80 00` for 0). */
  length(): number;
  /** A list with its length before it, or of a known length. */
  list<Item>(read: () => Item, count?: number): Item[];
  /** Everything not read yet, without reading it. */
  rest(): Uint8Array<ArrayBuffer>;
  fail(reason: string): void;
  /** Why the bytes cannot be read; undefined while they can. */
  failure(): string | undefined;
}

/**
 * A reader of bytes that nobody vouches for. Never throws: the first failure is kept, and from then on everything reads as empty, so that the caller asks
 * once, at the end.
 */
export function createReader(bytes: Uint8Array<ArrayBuffer>): Reader {
  let offset = 0;
  let failure: string | undefined;
  const fail = (reason: string): void => {
    failure ??= reason;
  };
  const take = (count: number): Uint8Array<ArrayBuffer> => {
    if (offset + count > bytes.length) fail('too short');
    if (failure !== undefined) return new Uint8Array(0);
    offset += count;
    return bytes.subarray(offset - count, offset);
  };
  const byte = (): number => take(1)[0] ?? 0;
  const u16 = (): number => byte() + byte() * 256;

  const length = (): number => {
    let value = 0;
    for (let index = 0; ; index++) {
      const next = byte();
      value |= (next & 0x7f) << (7 * index);
      // A zero after the first byte adds nothing: 80 00 is a longer way to write 00. The third byte has room for two bits.
      if ((index > 0 && next === 0) || (index === 2 && next > 3)) fail('length encoding');
      if (next < 0x80 || index === 2) return value;
    }
  };

  return {
    take,
    byte,
    u16,
    u32: () => u16() + u16() * 65_536,
    length,
    list(read, count = length()) {
      const items = [];
      // A length of 65,535 in front of nothing: stop at the first missing item instead of making 65,535 empty ones.
      for (let index = 0; index < count && failure === undefined; index++) items.push(read());
      return items;
    },
    rest: () => bytes.subarray(offset),
    fail,
    failure: () => failure,
  };
}
