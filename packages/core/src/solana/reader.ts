/**
 * Reads the wire format of Solana from bytes that nobody vouches for. Never throws: the first failure is kept, and from then on everything reads
 * as empty, so that the caller asks once, at the end.
 */
export class Reader {
  #bytes: Uint8Array<ArrayBuffer>;
  #offset = 0;
  #failure: string | undefined;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
  }

  /** Why the bytes cannot be read; undefined while they can. */
  get failure(): string | undefined {
    return this.#failure;
  }

  fail(reason: string): void {
    this.#failure ??= reason;
  }

  /** The next bytes, or none where there are not enough. */
  take(count: number): Uint8Array<ArrayBuffer> {
    const end = this.#offset + count;
    if (end > this.#bytes.length) this.fail('too short');
    if (this.#failure !== undefined) return new Uint8Array(0);
    const taken = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return taken;
  }

  /** Everything not read yet, without reading it. */
  rest(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(this.#offset);
  }

  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  /** A compact-u16: seven bits a byte, the lowest first, at most 16 bits, in the shortest form (solana-short-vec refuses `80 00` for 0). */
  length(): number {
    let value = 0;
    for (let index = 0; ; index++) {
      const byte = this.byte();
      value |= (byte & 0x7f) << (7 * index);
      // A zero after the first byte adds nothing: 80 00 is a longer way to write 00. The third byte has room for two bits.
      if ((index > 0 && byte === 0) || (index === 2 && byte > 3)) this.fail('length encoding');
      if (byte < 0x80 || index === 2) return this.#failure === undefined ? value : 0;
    }
  }

  /** A list with its length before it. */
  list<Item>(read: () => Item): Item[] {
    const items: Item[] = [];
    const count = this.length();
    // A length of 65,535 in front of nothing: stop at the first missing item instead of making 65,535 empty ones.
    for (let index = 0; index < count && this.#failure === undefined; index++) items.push(read());
    return items;
  }
}
