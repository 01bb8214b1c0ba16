import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { problemResponse } from '../http/problem.ts';
import { type ReceivedOptions, toRequest } from './node/request.ts';
import { abandon, sendResponse } from './node/response.ts';

export { type Stoppable, stopOnSignal } from './node/stop.ts';

const unreadable = () => new NftUpgradeError('invalid_request', { message: 'The method or the address of the request is malformed.' });

export type Fetch = (request: Request) => Response | Promise<Response>;
export type NodeRequest = IncomingMessage | Http2ServerRequest;
export type NodeResponse = ServerResponse | Http2ServerResponse;

export interface NodeHandlerOptions {
  /** Called when the function rejects; the caller gets a problem without its message. Default: nothing. */
  onError?(error: unknown): void;
}

/** Takes the requests of `http.createServer`, `https.createServer` and `http2.createSecureServer` (also with `allowHTTP1`). */
export type NodeHandler = (req: NodeRequest, res: NodeResponse) => void;

/**
 * Serves a function from `Request` to `Response` with Node's servers. The request's signal aborts when the client is gone, that is when the response closes:
 * a request that was read to its end closes long before its stream does.
 */
export function toNodeHandler(handler: Fetch | { fetch: Fetch }, options: NodeHandlerOptions = {}): NodeHandler {
  const fetch: Fetch = typeof handler === 'function' ? handler : (request) => handler.fetch(request);
  return (req, res) => void serveNode(req, res, fetch, options);
}

/**
 * The one bridge between Node's requests and the fetch standard, under every adapter. Resolves when the answer is written or the client is gone; never rejects.
 * A body that a middleware has read is taken from `req.body`, or from `options.body` where a framework keeps it elsewhere.
 */
export async function serveNode(
  req: NodeRequest,
  res: NodeResponse,
  fetch: Fetch,
  options: NodeHandlerOptions & ReceivedOptions = {},
): Promise<void> {
  const tell = (thrown: unknown) => {
    try {
      options.onError?.(thrown);
    } catch {
      // A log that throws must not touch a request.
    }
  };
  const answer = async (request: Request): Promise<Response> => {
    try {
      const response = await fetch(request);
      if (response.body?.locked)
        throw new NftUpgradeError('internal', { message: 'The body of the response is being read by somebody else.' });
      return response;
    } catch (thrown) {
      tell(thrown);
      return problemResponse(thrown);
    }
  };

  try {
    const gone = new AbortController();
    // A socket that breaks tells it here; without a listener that would end the process.
    req.on('error', () => {});
    res.on('error', () => gone.abort());
    res.on('close', () => gone.abort());
    // A reset with NO_ERROR (Node's `destroy()`, undici's abort) does not close a stream that has something left to send.
    if (res instanceof Http2ServerResponse) res.stream.on('aborted', () => gone.abort());
    // A middleware that waited may have let the client go before anybody listened here.
    if (res.destroyed) gone.abort();
    const request = toRequest(req, gone.signal, options);
    const response = request ? await answer(request) : problemResponse(unreadable());
    await sendResponse(res, response, { head: req.method === 'HEAD', gone: gone.signal });
  } catch (thrown) {
    tell(thrown);
    abandon(res);
  }
}
