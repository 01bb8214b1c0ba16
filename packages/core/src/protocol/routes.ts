import type { AnyProcess } from '../machine/types.ts';

/** Where the API is mounted unless told otherwise. */
export const DEFAULT_BASE_PATH = '/api/v1/nft';

/** Where the connection health of the guide stands. */
export const HEALTH_PATH = '/api/v1/monitoring/sse-health';

/** Last segments of the routes of one operation. */
export const operationRoutes = [
  'events',
  'confirm-burn',
  'burn-transaction',
  'cancel',
  'retry',
] as const;
/** One of the `operationRoutes`. */
export type OperationRoute = (typeof operationRoutes)[number];

/** The routes of one process: client and server build and read paths with the same code. */
export function routesOf(process: AnyProcess, basePath: string = DEFAULT_BASE_PATH) {
  const start = `${basePath.replace(/\/+$/, '')}/${process.path}`;
  return {
    start,
    active: `${start}?active=true`,
    /** Path of one operation. */
    operation: (id: string) => `${start}/${encodeURIComponent(id)}`,
    /** Path of a route of one operation. */
    of: (id: string, route: OperationRoute) => `${start}/${encodeURIComponent(id)}/${route}`,
  };
}

/** What a path below the base path asks for; null when it is none of the routes. */
export type Route =
  | { process: AnyProcess; kind: 'start' }
  | { process: AnyProcess; kind: 'operation'; id: string }
  | { process: AnyProcess; kind: OperationRoute; id: string };

/**
 * Reads a path with the same code that builds it; null when it is none of the routes. One slash at
 * the end changes nothing: a redirect would turn a POST into another request, or lose its headers.
 */
export function matchRoute(
  processes: Readonly<Record<string, AnyProcess>>,
  basePath: string,
  pathname: string,
): Route | null {
  const base = `${basePath.replace(/\/+$/, '')}/`;
  if (!pathname.startsWith(base)) return null;
  const [path, encoded, last, ...rest] = pathname.slice(base.length).replace(/\/$/, '').split('/');
  const process = Object.values(processes).find((candidate) => candidate.path === path);
  if (!process || rest.length > 0) return null;
  if (encoded === undefined) return { process, kind: 'start' };
  const id = decode(encoded);
  if (id === null) return null;
  if (last === undefined) return { process, kind: 'operation', id };
  const kind = operationRoutes.find((route) => route === last);
  return kind ? { process, kind, id } : null;
}

function decode(segment: string): string | null {
  try {
    const id = decodeURIComponent(segment);
    return /^[\w-]{1,128}$/.test(id) ? id : null;
  } catch {
    return null; // “%E0%A4%A” is no UTF-8
  }
}
