import type { Clock } from '../client/environment.ts';
import { NftUpgradeError, toNftUpgradeError } from '../errors/error.ts';

export interface BodyLimits {
  readonly clock: Clock;
  readonly maxBytes: number;
  /** Milliseconds for the whole body: headers may come and the rest never. */
  readonly timeoutMs: number;
}

/** Reads a JSON answer of bounded size in bounded time. @throws NftUpgradeError `frame_too_large`, `invalid_frame`, `connection_lost` */
export async function readJson(response: Response, limits: BodyLimits): Promise<unknown> {
  const text = await readText(response, limits);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's own message quotes the body, and a body can hold what no log should.
    throw new NftUpgradeError('invalid_frame', { details: { problem: 'is not JSON', status: response.status } });
  }
}

async function readText(response: Response, { clock, maxBytes, timeoutMs }: BodyLimits): Promise<string> {
  if (!response.body) return response.text(); // runtimes without streams give the text only
  const reader = response.body.getReader();
  const cancel = () => {
    reader.cancel().catch(() => undefined); // an open `read` resolves by it
  };
  let late = false;
  const timer = clock.setTimeout(() => {
    late = true;
    cancel();
  }, timeoutMs);
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (late) throw new NftUpgradeError('connection_lost', { details: { problem: 'late', timeoutMs } });
      if (done) return text + decoder.decode();
      bytes += value.byteLength;
      if (bytes > maxBytes) {
        cancel();
        throw new NftUpgradeError('frame_too_large', { details: { maxBytes } });
      }
      text += decoder.decode(value, { stream: true });
    }
  } catch (thrown) {
    throw toNftUpgradeError(thrown, 'connection_lost');
  } finally {
    clock.clearTimeout(timer);
  }
}
