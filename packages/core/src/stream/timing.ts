import { NftUpgradeError } from '../errors/error.ts';

/** How long the client waits for what. All values are milliseconds, except `silenceFactor`. */
export interface Timing {
  /** For the headers of an answer. Default 15 000. */
  responseMs: number;
  /**
   * For the first byte of a stream after its headers; later than that, something on the way holds
   * frames back. Default 5 000.
   */
  firstByteMs: number;
  /** For `getToken`. Default 60 000. */
  tokenMs: number;
  /** Heartbeat interval until the server announces its own. Default 15 000. */
  heartbeatMs: number;
  /** A stream that is silent for this many heartbeats is dead. Default 2.5. */
  silenceFactor: number;
  /**
   * A frame that arrives this much later than the quickest one was held back on the way. Default
   * 5 000.
   */
  bufferedMs: number;
  /**
   * First delay before a reconnect, until the server announces `retry:`. Drawn evenly between 0 and
   * this. Default 1 000.
   */
  baseDelayMs: number;
  /** Upper bound of the growing delay. Default 30 000. */
  maxDelayMs: number;
  /** Upper bound of what `Retry-After` may ask for. Default 600 000. */
  maxRetryAfterMs: number;
  /** Between two pages when the log is polled and moves. Default 2 000. */
  pollMs: number;
  /** Between two pages when nothing moves. Default 10 000. */
  maxPollMs: number;
  /** For the wallet to answer a prompt. Hardware wallets are slow. Default 180 000. */
  promptMs: number;
}

/** Bounds of what the client accepts and does. */
export interface Limits {
  /** Attempts without progress before the connection is given up. Default 15. */
  maxAttempts: number;
  /** Bytes of one frame of a stream. Default 1 MiB. */
  maxFrameBytes: number;
  /** Bytes of one JSON answer. Default 4 MiB. */
  maxBodyBytes: number;
  /** Events kept for `for await` loops that begin late. Default 1 000. */
  maxHistory: number;
  /**
   * Times that a signed burn is handed over without an answer of the server's own before the wallet
   * axis says `unknown`. It is handed over until the server has answered, and `sign()` waits.
   * Default 8.
   */
  confirmAttempts: number;
}

/** The timing of a client that was given none. Milliseconds. */
export const defaultTiming: Timing = {
  responseMs: 15_000,
  firstByteMs: 5_000,
  tokenMs: 60_000,
  heartbeatMs: 15_000,
  silenceFactor: 2.5,
  bufferedMs: 5_000,
  baseDelayMs: 1_000,
  maxDelayMs: 30_000,
  maxRetryAfterMs: 600_000,
  pollMs: 2_000,
  maxPollMs: 10_000,
  promptMs: 180_000,
};

/** The limits of a client that was given none. */
export const defaultLimits: Limits = {
  maxAttempts: 15,
  maxFrameBytes: 1_048_576,
  maxBodyBytes: 4_194_304,
  maxHistory: 1_000,
  confirmAttempts: 8,
};

/** `setTimeout` counts in 32 bits: a longer delay would fire at once. */
const MAX_VALUE = 2 ** 31 - 1;

/**
 * Fills in defaults. @throws NftUpgradeError `invalid_option` for an unknown name or a value that
 * is not a positive number
 */
export function withDefaults<T extends Timing | Limits>(
  option: string,
  defaults: T,
  given: Partial<T> = {},
): T {
  // What is `undefined` stands for the default.
  const present = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  for (const [name, value] of Object.entries(present)) {
    const problem = !Object.hasOwn(defaults, name)
      ? 'unknown'
      : !(typeof value === 'number' && value > 0 && value <= MAX_VALUE) && 'range';
    if (problem) {
      const details = { problem, option: `${option}.${name}`, known: Object.keys(defaults) };
      throw new NftUpgradeError('invalid_option', { details });
    }
  }
  return { ...defaults, ...present };
}
