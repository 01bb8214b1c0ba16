import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Mountable } from './connect.ts';
import { type NodeHandlerOptions, serveNode } from './node.ts';

export type { Mountable } from './connect.ts';
export type { NodeHandlerOptions } from './node.ts';

/** What is used of Koa's context. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly request: object;
  readonly originalUrl: string;
  respond?: boolean;
  /** Koa's own, silenced: the bridge has answered. */
  onerror: (error: Error) => void;
}

/**
 * For Koa 3 and 2, over HTTP/1.1 and HTTP/2.
 * @example app.use(toKoa(handler));
 */
export function toKoa(handler: Mountable, options: NodeHandlerOptions = {}) {
  return async (context: KoaContext, next: () => Promise<unknown>): Promise<void> => {
    const { req, res, request, originalUrl } = context;
    if (!handler.serves(originalUrl)) {
      await next();
      return;
    }
    // Koa has no hand in this answer any more, and would log each connection that breaks.
    context.respond = false;
    context.onerror = () => {};
    await serveNode(req, res, handler.fetch, {
      ...options,
      address: originalUrl,
      body: Reflect.get(request, 'body'),
    });
  };
}
