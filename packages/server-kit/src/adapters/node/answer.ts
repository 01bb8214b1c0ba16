import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { problemResponse } from '../../http/problem.ts';
import type { Session } from '../../http/session.ts';
import { takeSession } from '../../http/session-body.ts';
import { watchClient } from './client.ts';
import { type ReceivedOptions, toRequest } from './request.ts';
import type { NodeResponse } from './response.ts';

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

const unreadable = () =>
  new NftUpgradeError('invalid_request', {
    message: 'The method or the address of the request is malformed.',
  });

/** What is to be written to a response of Node. */
export interface HandlerAnswer {
  readonly response: Response;
  /** Writes the body behind the head, straight to the socket. Null: the body has to be read. */
  readonly session: Session | null;
  /** Aborts when the client is gone. */
  readonly gone: AbortSignal;
}

/**
 * Asks the function; never rejects. A body that a middleware has read is taken from `req.body`, or
 * from `options.body` where a framework keeps it elsewhere.
 */
export async function answerNode(
  req: NodeRequest,
  res: NodeResponse,
  fetch: Fetch,
  options: NodeHandlerOptions & ReceivedOptions = {},
): Promise<HandlerAnswer> {
  const answer = async (request: Request): Promise<Response> => {
    try {
      const response = await fetch(request);
      if (response.body?.locked)
        throw new NftUpgradeError('internal', {
          message: 'The body of the response is being read by somebody else.',
        });
      return response;
    } catch (thrown) {
      reportTo(options, thrown);
      return problemResponse(thrown);
    }
  };

  const client = watchClient(req, res);
  const gone = new AbortController();
  client.answer = { leave: () => gone.abort() };
  if (client.isGone) gone.abort();
  const request = toRequest(req, gone.signal, options);
  const response = request ? await answer(request) : problemResponse(unreadable());
  const session = req.method === 'HEAD' || client.isGone ? null : takeSession(response.body);
  // What is open for long keeps neither request nor response in memory, nor this call.
  if (session) client.answer = session;
  return { response, session, gone: gone.signal };
}

/** Never throws. */
export function reportTo({ onError }: NodeHandlerOptions, thrown: unknown): void {
  try {
    onError?.(thrown);
  } catch {
    // A log that throws must not touch a request.
  }
}
