/**
 * Version of the wire contract. It changes only when an older client could misread a newer server;
 * additions do not change it.
 */
export const PROTOCOL_VERSION = 2;

/**
 * The version before it. Servers speak both, each client in its own: pages that were loaded before
 * a deployment go on.
 */
export const FORMER_PROTOCOL_VERSION = 1;

/** Response header that names it, and request header in which a client says what it speaks. */
export const PROTOCOL_HEADER = 'NFT-Protocol';

/** Response header of a stream that starts from the beginning because the cursor was unknown. */
export const GAP_HEADER = 'NFT-Stream-Gap';

/** Request header with the key that makes a repeated start attach to the first one. */
export const IDEMPOTENCY_HEADER = 'Idempotency-Key';

/** What an idempotency key may look like: 8 to 128 visible ASCII characters. */
export const idempotencyKeyPattern = /^[\x21-\x7e]{8,128}$/;
