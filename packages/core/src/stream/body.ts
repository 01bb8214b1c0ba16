import type { Clock } from '../client/environment.ts';
import { NftUpgradeError, toNftUpgradeError } from '../errors/error.ts';
import { linkAbort, orAborted } from './abort.ts';

/**
 * Reads a JSON answer of bounded size in bounded time. @param timeoutMs milliseconds for the whole
 * body: headers may come and the rest never. @throws NftUpgradeError `frame_too_large`,
 * `invalid_frame`, `connection_lost`
 */
export async function readJson(
  response: Response,
  clock: Clock,
  maxBytes: number,
  timeoutMs: number,
): Promise<unknown> {
  const text = await readText(response, clock, maxBytes, timeoutMs);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's own message quotes the body, and a body can hold what no log should.
    throw new NftUpgradeError('invalid_frame', {
      details: { expected: 'JSON', status: response.status },
    });
  }
}

async function readText(
  response: Response,
  clock: Clock,
  maxBytes: number,
  timeoutMs: number,
): Promise<string> {
  if (!response.body) return response.text(); // runtimes without streams give the text only
  const reader = response.body.getReader();
  const { signal, stop } = linkAbort(undefined, clock, timeoutMs);
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await orAborted(reader.read(), signal);
      if (done) return text + decoder.decode();
      bytes += value.byteLength;
      if (bytes > maxBytes) throw new NftUpgradeError('frame_too_large', { details: { maxBytes } });
      text += decoder.decode(value, { stream: true });
    }
  } catch (thrown) {
    reader.cancel().catch(() => undefined);
    throw signal.aborted ? tooLate(timeoutMs) : toNftUpgradeError(thrown, 'connection_lost');
  } finally {
    stop();
  }
}

export const tooLate = (timeoutMs: number) =>
  new NftUpgradeError('connection_lost', { details: { problem: 'late', timeoutMs } });
