import type { Mountable } from './connect.ts';

/** Answers one request. */
export type RouteHandler = (request: Request) => Promise<Response>;
/** Handlers by method, as frameworks with routes by file take them. */
export type Methods = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/**
 * The handler as one function a method, as the App Router of Next wants them. Bun, Deno, Workers
 * and others take `handler.fetch` as it is.
 * @example
 * // app/api/v1/[...path]/route.ts
 * export const { GET, HEAD, POST, PATCH, OPTIONS } = toRoutes(handler);
 */
export function toRoutes(
  handler: Pick<Mountable, 'fetch'>,
): Readonly<Record<Methods, RouteHandler>> {
  const answer: RouteHandler = (request) => handler.fetch(request);
  return {
    GET: answer,
    HEAD: answer,
    POST: answer,
    PUT: answer,
    PATCH: answer,
    DELETE: answer,
    OPTIONS: answer,
  };
}
