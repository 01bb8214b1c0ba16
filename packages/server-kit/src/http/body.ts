import type { Clock } from '@aiw3/nft-upgrade';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';

export interface BodyLimits {
  readonly bodyBytes: number;
  readonly bodyMs: number;
  readonly clock: Clock;
}

/**
 * An answer before the end of the body breaks the connection under a client that still sends, and
 * is lost. So what is announced, and not much too large, is read and thrown away.
 */
const MAX_DISCARDED_BYTES = 1024 * 1024;

/**
 * Reads a JSON body of bounded size in bounded time.
 * @throws NftUpgradeError `unsupported_media_type`, `body_too_large`, `malformed_json`,
 *   `connection_lost` (too slow), `aborted`
 */
export async function readJson(request: Request, limits: BodyLimits): Promise<unknown> {
  requireJson(request);
  return parse(await readBytes(request, limits));
}

/**
 * As {@link readJson}, for commands that need no body: an empty one is `{}`, also without a content
 * type.
 */
export async function readOptionalJson(request: Request, limits: BodyLimits): Promise<unknown> {
  // A form of another site could send a body, but never with this content type.
  if (request.headers.has('content-type')) requireJson(request);
  const bytes = await readBytes(request, limits);
  if (bytes.byteLength === 0) return {};
  requireJson(request);
  return parse(bytes);
}

function requireJson(request: Request): void {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type))
    throw new NftUpgradeError('unsupported_media_type');
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // The parser's own message quotes the body, and a body can hold what no log should.
    throw new NftUpgradeError('malformed_json');
  }
}

async function readBytes(
  request: Request,
  { bodyBytes, bodyMs, clock }: BodyLimits,
): Promise<Uint8Array> {
  const tooLarge = () =>
    new NftUpgradeError('body_too_large', { details: { limitBytes: bodyBytes } });
  const announced = Number(request.headers.get('content-length') ?? 0);
  if (announced > MAX_DISCARDED_BYTES) throw tooLarge();
  if (!request.body) return new Uint8Array();

  const reader = request.body.getReader();
  const stop = () => void reader.cancel().catch(() => undefined); // an open `read` resolves by it
  let late = false;
  const timer = clock.setTimeout(() => {
    late = true;
    stop();
  }, bodyMs);
  const chunks: Uint8Array[] = [];
  try {
    for (let size = 0; ; ) {
      // A rejection: the client went away in the middle of its own request. Nobody receives the
      // answer.
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new NftUpgradeError('aborted', { cause });
      });
      if (late) {
        throw new NftUpgradeError('connection_lost', {
          message: 'The request body did not arrive in time.',
          details: { retryAfterMs: 1_000 },
        });
      }
      if (done) {
        if (size > bodyBytes) throw tooLarge();
        return Buffer.concat(chunks);
      }
      size += value.byteLength;
      if (size > Math.max(bodyBytes, announced)) {
        stop();
        throw tooLarge();
      }
      if (size <= bodyBytes) chunks.push(value);
    }
  } finally {
    clock.clearTimeout(timer);
  }
}
