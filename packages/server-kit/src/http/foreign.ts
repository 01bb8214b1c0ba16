import { matchRoute, type Route } from '@aiw3/nft-upgrade/protocol';
import { standInFor } from '../journal/stand-in.ts';

/** What the kit calls an operation, whatever its process is: no other path looks like it. */
const operationId = /^[\w-]{1,64}_[0-9a-f]{32}$/;

/**
 * The route of an operation below a process that this node does not know. Other nodes may have it:
 * whether there is such an operation, the journal tells.
 */
export function matchForeign(
  basePath: string,
  pathname: string,
): Exclude<Route, { kind: 'start' }> | null {
  const [path = ''] = pathname.slice(basePath.replace(/\/+$/, '').length + 1).split('/');
  const unknown = { process: path, version: 0, status: '', phase: '', live: true };
  const route = matchRoute({ [path]: standInFor(unknown, [], null) }, basePath, pathname);
  return route && route.kind !== 'start' && operationId.test(route.id) ? route : null;
}
