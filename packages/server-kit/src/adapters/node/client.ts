import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Http2ServerRequest, Http2ServerResponse } from 'node:http2';

/** Who is notified that a client went away. */
interface ClientAnswer {
  leave(): void;
}

/** The other end of a request. */
export interface NodeClient {
  isGone: boolean;
  /** What it is given; replaced when somebody else takes over. */
  answer: ClientAnswer;
}

const ignore = () => {};
const nothing: ClientAnswer = { leave: ignore };

/**
 * Notices that a client is gone, which is when the response closes: a request that was read to its
 * end closes long before its stream does.
 */
export function watchClient(
  req: IncomingMessage | Http2ServerRequest,
  res: ServerResponse | Http2ServerResponse,
): NodeClient {
  // A middleware that waited may have let the client go before anybody listened here.
  const client: NodeClient = { isGone: res.destroyed, answer: nothing };
  const leave = () => {
    client.isGone = true;
    client.answer.leave();
  };
  // A socket that breaks tells it here; without a listener that would end the process.
  req.on('error', ignore);
  res.on('error', leave);
  res.on('close', leave);
  // A reset with NO_ERROR (Node's `destroy()`, undici's abort) does not close a stream that has
  // something left to send.
  if (res instanceof Http2ServerResponse) res.stream.on('aborted', leave);
  return client;
}
