import type { Context, MiddlewareHandler } from 'hono';
import type { Mountable } from './connect.ts';
import { type NodeHandlerOptions, type NodeRequest, type NodeResponse, serveNode } from './node.ts';

export type { Mountable } from './connect.ts';
export type { NodeHandlerOptions } from './node.ts';

/**
 * For Hono on any runtime. On Node, served by `@hono/node-server` or by `toNodeHandler(app)` of
 * `./node`, over HTTP/1.1 and HTTP/2.
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
      void serveNode(node.incoming, node.outgoing, handler.fetch, { ...options, body });
      // Understood by Hono's server: the answer is written already. A clone, because it has a
      // shorter way for its own light responses, which does not look.
      return new Response(null, { headers: { 'x-hono-already-sent': 'true' } }).clone();
    }
    if (!raw.bodyUsed) return handler.fetch(raw);
    // A middleware has read the body; Hono remembers it.
    const { url, method, headers, signal } = raw;
    return handler.fetch(
      new Request(url, { method, headers, signal, body: (await context.req.text()) || null }),
    );
  };
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
