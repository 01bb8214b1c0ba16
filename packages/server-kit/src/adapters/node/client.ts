import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Http2ServerRequest, Http2ServerResponse } from 'node:http2';

/** The other end of a request. */
export interface Client {
  isGone: boolean;
  /** Called when it goes away; replaced by whoever cares from then on. */
  left(): void;
}

const ignore = () => {};

/** Notices that a client is gone, which is when the response closes: a request that was read to its end closes long before its stream does. */
export function watchClient(req: IncomingMessage | Http2ServerRequest, res: ServerResponse | Http2ServerResponse): Client {
  // A middleware that waited may have let the client go before anybody listened here.
  const client: Client = { isGone: res.destroyed, left: ignore };
  const leave = () => {
    client.isGone = true;
    client.left();
  };
  // A socket that breaks tells it here; without a listener that would end the process.
  req.on('error', ignore);
  res.on('error', leave);
  res.on('close', leave);
  // A reset with NO_ERROR (Node's `destroy()`, undici's abort) does not close a stream that has something left to send.
  if (res instanceof Http2ServerResponse) res.stream.on('aborted', leave);
  return client;
}
