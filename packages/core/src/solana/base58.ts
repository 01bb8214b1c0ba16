const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/**
 * Writes bytes as base58 with the Bitcoin alphabet, the way Solana shows addresses and signatures.
 * Made for keys and signatures: quadratic.
 */
export function encodeBase58(bytes: Uint8Array): string {
  const digits: number[] = [];
  let text = '';
  for (let carry of bytes) {
    // A leading zero byte has no digit of its own, so it is written as the digit zero: the System
    // program is 32 times '1'.
    if (!carry && !digits.length) text += '1';
    for (let place = 0; place < digits.length || carry; place++) {
      carry += (digits[place] ?? 0) * 256;
      digits[place] = carry % 58;
      carry = (carry / 58) | 0;
    }
  }
  for (const digit of digits.reverse()) text += alphabet[digit];
  return text;
}

/**
 * Reads base58. @returns the bytes, or null for another alphabet or another length than `length`
 * bytes (32 for a key, 64 for a signature).
 */
export function decodeBase58(text: string, length: number): Uint8Array<ArrayBuffer> | null {
  // 64 bytes take at most 88 digits. The quadratic loop below must not be fed a megabyte by the
  // sender of the text.
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
