const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Five digits at a time, the most of which times 256 is far from where numbers lose their last place. */
const group = 58 ** 5;

/** Writes bytes as base58 with the Bitcoin alphabet, the way Solana shows addresses and signatures. Made for keys and signatures: quadratic. */
export function encodeBase58(bytes: Uint8Array): string {
  const groups: number[] = [];
  for (const byte of bytes) {
    let carry = byte;
    for (let i = 0; i < groups.length; i++) {
      carry += (groups[i] ?? 0) * 256;
      const next = Math.floor(carry / group);
      groups[i] = carry - next * group;
      carry = next;
    }
    if (carry > 0) groups.push(carry);
  }
  let text = '';
  for (let value of groups) {
    for (let digit = 0; digit < 5; digit++) {
      text = (alphabet[value % 58] ?? '') + text;
      value = Math.floor(value / 58);
    }
  }
  // A leading zero byte has no digit of its own, so it is written as the digit zero: the System program is 32 times '1'.
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return '1'.repeat(zeros < 0 ? bytes.length : zeros) + text.replace(/^1+/, '');
}

/** Reads base58. @returns the bytes, or null for another alphabet or another length than `length` bytes (32 for a key, 64 for a signature). */
export function decodeBase58(text: string, length: number): Uint8Array<ArrayBuffer> | null {
  // 64 bytes take at most 88 digits. The quadratic loop below must not be fed a megabyte by whoever sent the text.
  if (text.length > Math.ceil(length * 1.4)) return null;
  const bytes: number[] = [];
  for (const character of text) {
    let carry = alphabet.indexOf(character);
    if (carry < 0) return null;
    for (let i = 0; i < bytes.length; i++) {
      carry += (bytes[i] ?? 0) * 58;
      bytes[i] = carry & 255;
      carry >>= 8;
    }
    for (; carry > 0; carry >>= 8) bytes.push(carry & 255);
  }
  for (let i = 0; i < text.length && text[i] === '1'; i++) bytes.push(0);
  return bytes.length === length ? Uint8Array.from(bytes.reverse()) : null;
}
