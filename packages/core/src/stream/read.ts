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
  /** Called with each chunk. A result ends the reading. */
  onChunk(decoded: Decoded, arrival: number): AttemptResult | null;
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
  const startedAt = clock.now();
  let receivedAt: number | null = null;
  let result: AttemptResult | null = null;
  let timer: unknown;

  const end = (how: AttemptResult) => {
    result ??= how;
    reader.cancel().catch(() => undefined); // an open `read` resolves by it
  };
  // One timer that looks at the clock, instead of one for each chunk.
  const watch = () => {
    const silent = clock.now() - (receivedAt ?? startedAt);
    const allowed = receivedAt === null ? options.firstByteMs : options.silenceMs();
    if (silent >= allowed)
      end(receivedAt === null ? { kind: 'buffered', noBytes: true } : { kind: 'silent' });
    else timer = clock.setTimeout(watch, allowed - silent);
  };

  const unlisten = onAbort(signal, () => end({ kind: 'interrupted' }));
  watch();
  try {
    while (!result) {
      const { done, value } = await reader.read();
      if (result) break;
      if (done || !value) {
        result = { kind: 'closed', noBytes: receivedAt === null };
        break;
      }
      if (value.byteLength === 0) continue;
      const first = receivedAt === null;
      receivedAt = clock.now();
      const verdict = options.onChunk(options.decoder.push(value), receivedAt);
      if (verdict) result = verdict;
      else if (first) {
        clock.clearTimeout(timer);
        watch();
      }
    }
    return result;
  } catch {
    return result ?? { kind: 'closed', noBytes: receivedAt === null }; // a socket that breaks
  } finally {
    clock.clearTimeout(timer);
    unlisten();
    reader.cancel().catch(() => undefined);
  }
}
