import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { type Mountable, toMiddleware } from './connect.ts';
import type { NodeHandlerOptions, NodeRequest, NodeResponse } from './node.ts';

export type { Mountable } from './connect.ts';
export type { NodeHandlerOptions, NodeRequest, NodeResponse } from './node.ts';

/** An action of Sails, and a middleware of its HTTP pipeline alike. */
export type SailsAction = (
  req: NodeRequest,
  res: NodeResponse,
  next?: (error?: unknown) => void,
) => void;

/**
 * For Sails 1: as the action of routes, or as a middleware in `config/http.js`.
 * @example
 * // config/routes.js module.exports.routes = { 'ALL /api/v1/nft/*': toSails(handler), 'GET
 * /api/v1/monitoring/*': toSails(handler) };
 */
export function toSails(handler: Mountable, options?: NodeHandlerOptions): SailsAction {
  const middleware = toMiddleware(handler, options);
  return (req, res, next) => {
    const refuse = (error: unknown) => {
      if (next) next(error);
      else throw error;
    };
    // A request through socket.io has neither a connection of its own nor a response that can
    // stream.
    if (Reflect.get(req, 'isSocket') === true) {
      refuse(
        new NftUpgradeError('not_acceptable', {
          message: 'A stream cannot be sent over a socket of Sails. Ask over HTTP.',
        }),
      );
    } else middleware(req, res, next ?? (() => refuse(new NftUpgradeError('not_found'))));
  };
}
