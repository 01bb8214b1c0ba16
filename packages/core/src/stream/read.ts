import type { Clock } from '../client/environment.ts';
import { onAbort } from './abort.ts';
import type { Decoded, Decoder } from './decode.ts';
import type { AttemptResult } from './policy.ts';

export interface ReadOptions {
  readonly decoder: Decoder;
  readonly clock: Clock;
  /** Ends the reading with `interrupted`. */
  readonly signal: AbortSignal;
  /** Milliseconds until the first byte has to be there. */
  readonly firstByteMs: number;
  /**
   * Milliseconds of silence, after the first byte, that mean a dead connection. Asked anew each
   * time: the server may announce it.
   */
  silenceMs(): number;
  /** True when the server itself speaks in a chunk: what a proxy adds keeps nothing alive. */
  speaks(decoded: Decoded): boolean;
  /** Called once in each silence that has lasted for half of what is allowed. */
  onQuiet(): void;
  /** Called with each chunk, and whether the server speaks in it. A result ends the reading. */
  onChunk(decoded: Decoded, arrival: number, speaks: boolean): AttemptResult | null;
}

/**
 * Reads a stream until it ends, falls silent, stops being readable, or nobody wants it any more.
 * Never rejects; the socket is closed on return.
 */
export async function readStream(
  body: ReadableStream<Uint8Array>,
  options: ReadOptions,
): Promise<AttemptResult> {
  const { clock, signal } = options;
  const reader = body.getReader();
  /** When the server spoke last, or the reading began. */
  let spokeAt = clock.now();
  let spoken = false;
  let result: AttemptResult | null = null;
  let timer: unknown;
  let release = () => {};

  const end = (how: AttemptResult) => {
    result ??= how;
    release();
  };
  /** Not every body resolves an open `read` when it is cancelled: ended here whatever it does. */
  const next = (): Promise<{ done: boolean; value?: Uint8Array | undefined }> =>
    new Promise((resolve, reject) => {
      release = () => resolve({ done: true });
      reader.read().then(resolve, reject);
    });
  // One timer that looks at the clock, instead of one for each chunk.
  const watch = () => {
    // A clock that was set back must not make it wait longer than once more.
    const silent = Math.max(0, clock.now() - spokeAt);
    const allowed = spoken ? options.silenceMs() : options.firstByteMs;
    if (silent >= allowed) return end({ kind: spoken ? 'silent' : 'buffered' });
    const isQuiet = silent >= allowed / 2;
    if (isQuiet && spoken) options.onQuiet();
    timer = clock.setTimeout(watch, (isQuiet ? allowed : allowed / 2) - silent);
  };

  const unlisten = onAbort(signal, () => end({ kind: 'interrupted' }));
  watch();
  try {
    while (!result) {
      const { done, value } = await next();
      if (result) break;
      if (done || !value) {
        result = { kind: 'closed' };
        break;
      }
      if (value.byteLength === 0) continue;
      const decoded = options.decoder.push(value);
      const arrival = clock.now();
      const speaks = options.speaks(decoded);
      const first = speaks && !spoken;
      if (speaks) {
        spokeAt = arrival;
        spoken = true;
      }
      const verdict = options.onChunk(decoded, arrival, speaks);
      if (verdict) result = verdict;
      else if (first) {
        clock.clearTimeout(timer);
        watch();
      }
    }
    return result;
  } catch {
    return result ?? { kind: 'closed' }; // a socket that breaks
  } finally {
    clock.clearTimeout(timer);
    unlisten();
    reader.cancel().catch(() => undefined);
  }
}
