import type { Handler } from '../http/handler.ts';
import { originalOf } from './node/request.ts';
import { type NodeHandlerOptions, type NodeRequest, type NodeResponse, serveNode } from './node.ts';

/** The part of a handler that adapters need. */
export type Mountable = Pick<Handler, 'fetch' | 'serves' | 'mounts'>;

/** A function of the shape that connect gave to Express, Sails, Nest and others. */
export type Middleware = (
  req: NodeRequest,
  res: NodeResponse,
  next: (error?: unknown) => void,
) => void;

/** Answers what belongs to the handler, and hands on everything else. */
export function toMiddleware(handler: Mountable, options: NodeHandlerOptions = {}): Middleware {
  return (req, res, next) => {
    if (handler.serves(originalOf(req) ?? req.url ?? '/'))
      void serveNode(req, res, handler.fetch, options);
    else next();
  };
}
