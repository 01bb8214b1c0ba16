import {
  answerNode,
  type Fetch,
  type NodeHandlerOptions,
  type NodeRequest,
  reportTo,
} from './node/answer.ts';
import type { ReceivedOptions } from './node/request.ts';
import { abandon, flushHead, type NodeResponse, sendResponse, writeHead } from './node/response.ts';
import { streamSession } from './node/stream.ts';

export type { Fetch, NodeHandlerOptions, NodeRequest } from './node/answer.ts';
export type { ReceivedOptions } from './node/request.ts';
export type { NodeResponse } from './node/response.ts';
export { type StopOptions, type Stoppable, stopOnSignal } from './node/stop.ts';

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
 * The one bridge between Node's requests and the fetch standard, under every adapter. Headers that
 * the host has set on the response go out with the answer. Resolves when that is written, or its
 * stream stands; never rejects.
 */
export async function serveNode(
  req: NodeRequest,
  res: NodeResponse,
  fetch: Fetch,
  options: NodeHandlerOptions & ReceivedOptions = {},
): Promise<void> {
  try {
    const { response, session, gone } = await answerNode(req, res, fetch, options);
    if (session) {
      writeHead(res, response);
      flushHead(res);
      streamSession(session, res);
    } else await sendResponse(res, response, { head: req.method === 'HEAD', gone });
  } catch (thrown) {
    reportTo(options, thrown);
    abandon(res);
  }
}
