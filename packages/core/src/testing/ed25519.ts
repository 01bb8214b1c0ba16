/**
 * RFC 8410: what stands before the 32 bytes of the seed in PKCS #8, the only form in which
 * WebCrypto takes a private Ed25519 key.
 */
const pkcs8Prefix = [
  0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/** @param seed 32 bytes */
export async function signEd25519(
  seed: Uint8Array,
  message: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey(
    'pkcs8',
    Uint8Array.from([...pkcs8Prefix, ...seed]),
    'Ed25519',
    false,
    ['sign'],
  );
  return new Uint8Array(await crypto.subtle.sign('Ed25519', key, message));
}
