/** Writes bytes as base64 with padding. */
export const encodeBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

/**
 * Reads base64. @returns no bytes for what is not their one canonical spelling.
 *
 * `atob` alone also takes white space, missing padding and loose last bits. Two spellings of one
 * transaction are two strings to code that compares them, so only one is accepted.
 *
 * @throws DOMException for what is no base64 at all
 */
export function readBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  // Not `Uint8Array.from`: it walks a string by its code points, which takes several times as long.
  return new Uint8Array(btoa(binary) === text ? binary.length : 0).map((_, index) =>
    binary.charCodeAt(index),
  );
}

/**
 * Reads base64. @returns the bytes, or null for what is not the one canonical spelling of at most
 * `maxBytes` bytes.
 */
export function decodeBase64(text: string, maxBytes: number): Uint8Array<ArrayBuffer> | null {
  if (typeof text !== 'string' || text.length > Math.ceil(maxBytes / 3) * 4) return null;
  try {
    const bytes = readBase64(text);
    return bytes.length > maxBytes || (bytes.length === 0 && text !== '') ? null : bytes;
  } catch {
    return null;
  }
}
