import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { problemResponse } from '../http/problem.ts';
import { takeSession } from '../http/session-body.ts';
import { watchClient } from './node/client.ts';
import { type ReceivedOptions, toRequest } from './node/request.ts';
import { abandon, type NodeResponse, sendResponse } from './node/response.ts';
import { streamSession } from './node/stream.ts';

export type { ReceivedOptions } from './node/request.ts';
export type { NodeResponse } from './node/response.ts';
export { type StopOptions, type Stoppable, stopOnSignal } from './node/stop.ts';

const unreadable = () =>
  new NftUpgradeError('invalid_request', {
    message: 'The method or the address of the request is malformed.',
  });

/** A server that speaks Request and Response. */
export type Fetch = (request: Request) => Response | Promise<Response>;
/** A request of Node over HTTP/1.1 or HTTP/2. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;

/** Options of `toNodeHandler`. */
export interface NodeHandlerOptions {
  /**
   * Called when the function rejects; the caller gets a problem without its message. Default:
   * nothing.
   */
  onError?(error: unknown): void;
}

/**
 * Takes the requests of `http.createServer`, `https.createServer` and `http2.createSecureServer`
 * (also with `allowHTTP1`).
 */
export type NodeHandler = (req: NodeRequest, res: NodeResponse) => void;

/**
 * Serves a function from `Request` to `Response` with Node's servers. The request's signal aborts
 * when the client is gone, that is when the response closes: a request that was read to its end
 * closes long before its stream does.
 */
export function toNodeHandler(
  handler: Fetch | { fetch: Fetch },
  options: NodeHandlerOptions = {},
): NodeHandler {
  const fetch: Fetch =
    typeof handler === 'function' ? handler : (request) => handler.fetch(request);
  return (req, res) => void serveNode(req, res, fetch, options);
}

/**
 * The one bridge between Node's requests and the fetch standard, under every adapter. Resolves when
 * the answer is written, or its stream stands; never rejects. A body that a middleware has read is
 * taken from `req.body`, or from `options.body` where a framework keeps it elsewhere.
 */
export async function serveNode(
  req: NodeRequest,
  res: NodeResponse,
  fetch: Fetch,
  options: NodeHandlerOptions & ReceivedOptions = {},
): Promise<void> {
  const report = (thrown: unknown) => {
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
        throw new NftUpgradeError('internal', {
          message: 'The body of the response is being read by somebody else.',
        });
      return response;
    } catch (thrown) {
      report(thrown);
      return problemResponse(thrown);
    }
  };

  const head = req.method === 'HEAD';
  try {
    const client = watchClient(req, res);
    const gone = new AbortController();
    client.answer = { leave: () => gone.abort() };
    if (client.isGone) gone.abort();
    const request = toRequest(req, gone.signal, options);
    const response = request ? await answer(request) : problemResponse(unreadable());
    const session = head || client.isGone ? null : takeSession(response.body);
    // What is open for long keeps neither request nor response in memory, nor this call.
    if (session) streamSession(session, res, response, client);
    else await sendResponse(res, response, { head, gone: gone.signal });
  } catch (thrown) {
    report(thrown);
    abandon(res);
  }
}
