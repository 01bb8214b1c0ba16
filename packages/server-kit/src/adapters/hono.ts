import type { Context, MiddlewareHandler } from 'hono';
import type { Session } from '../http/session.ts';
import type { Mountable } from './connect.ts';
import { answerNode } from './node/answer.ts';
import { streamSession } from './node/stream.ts';
import type { NodeHandlerOptions, NodeRequest, NodeResponse } from './node.ts';

export type { Mountable } from './connect.ts';
export type { NodeHandlerOptions } from './node.ts';

/**
 * For Hono on any runtime. On Node, served by `@hono/node-server` or by `toNodeHandler(app)` of
 * `./node`, over HTTP/1.1 and HTTP/2. Headers that middlewares set, before or after it, are sent.
 * @example app.use(toHono(handler));
 */
export function toHono(handler: Mountable, options: NodeHandlerOptions = {}): MiddlewareHandler {
  return async (context, next) => {
    const { raw } = context.req;
    if (!handler.serves(raw.url)) return next();
    const node = nodeOf(context);
    // An answer to HEAD has no stream, and Hono makes it a new response of its own.
    if (node && raw.method !== 'HEAD') {
      const wasRead = node.incoming.readableDidRead || node.incoming.readableEnded;
      const body = wasRead ? await context.req.text() : undefined;
      const { incoming, outgoing } = node;
      const answer = await answerNode(incoming, outgoing, handler.fetch, { ...options, body });
      keepHeaders(context);
      const { response, session, gone } = answer;
      if (gone.aborted) {
        await response.body?.cancel().catch(() => undefined);
        // Hono's server would log it; told so, it writes nothing. A clone, because it has a shorter
        // way for its own light responses, which does not look.
        return new Response(null, { headers: { 'x-hono-already-sent': 'true' } }).clone();
      }
      return session ? new Response(behindHead(outgoing, session), response) : response;
    }
    keepHeaders(context);
    if (!raw.bodyUsed) return handler.fetch(raw);
    // A middleware has read the body; Hono remembers it.
    const { url, method, headers, signal } = raw;
    return handler.fetch(
      new Request(url, { method, headers, signal, body: (await context.req.text()) || null }),
    );
  };
}

/** What was set before an answer is put into it only where Hono has made a response already. */
const keepHeaders = (context: Context): unknown => context.res;

/**
 * The body of an answer whose head Hono's own server writes, with the headers of all middlewares.
 * The server then waits for its first byte; by that time the session writes to the socket itself.
 * Where another answer is sent in its place, nobody asks for this one, and the session ends with
 * the response.
 */
function behindHead(res: NodeResponse, session: Session): ReadableStream<Uint8Array> {
  let left = 2;
  const step = () => {
    left -= 1;
    if (left === 0) queueMicrotask(() => streamSession(session, res));
  };
  const { writeHead } = res;
  const whenWritten = (...given: unknown[]): unknown => {
    Reflect.deleteProperty(res, 'writeHead');
    const written: unknown = Reflect.apply(writeHead, res, given);
    step();
    return written;
  };
  Object.assign(res, { writeHead: whenWritten });
  const pull = () => {
    step();
    return new Promise<void>(() => {});
  };
  return new ReadableStream({ pull }, { highWaterMark: 0 });
}

/**
 * The request and response of Node below Hono's own server, which would log each client that
 * leaves.
 */
function nodeOf({ env }: Context): { incoming: NodeRequest; outgoing: NodeResponse } | null {
  const bindings: unknown = env;
  if (
    typeof bindings !== 'object' ||
    bindings === null ||
    !('incoming' in bindings) ||
    !('outgoing' in bindings)
  )
    return null;
  return bindings as { incoming: NodeRequest; outgoing: NodeResponse };
}
