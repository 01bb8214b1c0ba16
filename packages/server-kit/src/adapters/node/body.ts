import type { Readable } from 'node:stream';

/**
 * Bytes of a body nobody wants that are taken and dropped, so that a client that is still sending
 * gets to read its answer.
 */
const DISCARD_BYTES = 256 * 1024;

/** The body as it arrives: Node's stream is read only as fast as this one is. */
export function bodyOf(req: Readable): ReadableStream<Uint8Array> {
  let over = false;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const finish = (end: () => void) => {
          if (over) return;
          over = true;
          end();
        };
        req.on('data', (chunk: Buffer) => {
          if (over) return;
          controller.enqueue(new Uint8Array(chunk));
          req.pause();
        });
        req.on('end', () => finish(() => controller.close()));
        req.on('error', (error: unknown) => finish(() => controller.error(error)));
        // Without `end` before it, the client broke off in the middle.
        req.on('close', () =>
          finish(() =>
            controller.error(new DOMException('The request body broke off.', 'AbortError')),
          ),
        );
        req.pause();
      },
      pull() {
        req.resume();
      },
      cancel() {
        over = true;
        discard(req);
      },
    },
    { highWaterMark: 0 },
  );
}

function discard(req: Readable): void {
  let left = DISCARD_BYTES;
  req.on('data', (chunk: Buffer) => {
    left -= chunk.byteLength;
    if (left < 0) req.destroy();
  });
  req.resume();
}
