/** Writes bytes as base64 with padding. */
export const encodeBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

/**
 * Reads base64. @returns the bytes, or null for what is not the one canonical spelling of at most `maxBytes` bytes.
 *
 * `atob` alone also takes white space, missing padding and loose last bits. Two spellings of one transaction are two strings to whoever compares
 * them, so only one is let in.
 */
export function decodeBase64(text: string, maxBytes: number): Uint8Array<ArrayBuffer> | null {
  if (typeof text !== 'string' || text.length > Math.ceil(maxBytes / 3) * 4) return null;
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    return null;
  }
  if (binary.length > maxBytes || btoa(binary) !== text) return null;
  // A loop, because `Uint8Array.from` walks a string by its code points, which takes a hundred times as long.
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
