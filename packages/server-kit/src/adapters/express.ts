import { type Middleware, type Mountable, toMiddleware } from './connect.ts';
import type { NodeHandlerOptions } from './node.ts';

export type { Middleware, Mountable } from './connect.ts';
export type { NodeHandlerOptions, NodeRequest, NodeResponse } from './node.ts';

/**
 * For Express 5 and 4, at the root of the app, before or behind body parsers and compression.
 * Express knows no HTTP/2; put a proxy that does in front of it.
 * @example app.use(toExpress(handler));
 */
export const toExpress = (handler: Mountable, options?: NodeHandlerOptions): Middleware =>
  toMiddleware(handler, options);
