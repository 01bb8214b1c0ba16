import type { Clock } from '../client/environment.ts';
import { onAbort } from './abort.ts';
import type { Decoded, Decoder } from './decode.ts';
import type { Ending } from './policy.ts';

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
  /** Takes each chunk. An ending ends the reading. */
  onChunk(decoded: Decoded, arrival: number): Ending | null;
}

/**
 * Reads a stream until it ends, falls silent, stops being readable, or nobody wants it any more.
 * Never rejects; the socket is closed on return.
 */
export async function readStream(
  body: ReadableStream<Uint8Array>,
  options: ReadOptions,
): Promise<Ending> {
  const { clock, signal } = options;
  const reader = body.getReader();
  const startedAt = clock.now();
  let heardAt: number | null = null;
  let ending: Ending | null = null;
  let timer: unknown;

  const end = (how: Ending) => {
    ending ??= how;
    reader.cancel().catch(() => undefined); // an open `read` resolves by it
  };
  // One timer that looks at the clock, instead of one for each chunk.
  const watch = () => {
    const silent = clock.now() - (heardAt ?? startedAt);
    const allowed = heardAt === null ? options.firstByteMs : options.silenceMs();
    if (silent >= allowed)
      end(heardAt === null ? { kind: 'buffered', mute: true } : { kind: 'silent' });
    else timer = clock.setTimeout(watch, allowed - silent);
  };

  const unlisten = onAbort(signal, () => end({ kind: 'interrupted' }));
  watch();
  try {
    while (!ending) {
      const { done, value } = await reader.read();
      if (ending) break;
      if (done || !value) {
        ending = { kind: 'cut', mute: heardAt === null };
        break;
      }
      if (value.byteLength === 0) continue;
      const first = heardAt === null;
      heardAt = clock.now();
      const verdict = options.onChunk(options.decoder.push(value), heardAt);
      if (verdict) ending = verdict;
      else if (first) {
        clock.clearTimeout(timer);
        watch();
      }
    }
    return ending;
  } catch {
    return ending ?? { kind: 'cut', mute: heardAt === null }; // a socket that breaks
  } finally {
    clock.clearTimeout(timer);
    unlisten();
    reader.cancel().catch(() => undefined);
  }
}
