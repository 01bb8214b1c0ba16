import { NftUpgradeError, toNftUpgradeError } from '../errors/error.ts';
import type { AnyProcess, Snapshot } from '../machine/types.ts';
import type { Asset } from '../protocol/asset.ts';
import type { OperationRoute, routesOf } from '../protocol/routes.ts';
import { parseSnapshot } from '../protocol/snapshot.ts';
import * as wire from '../protocol/wire.ts';
import { read } from '../schema/index.ts';
import { orAborted } from '../stream/abort.ts';
import type { Transport, TransportRequest } from '../stream/transport.ts';

/** Options of a single request. */
export interface CallOptions {
  /** Stops waiting for the answer. What the server began goes on. */
  signal?: AbortSignal | undefined;
}

/** How a command is sent. */
export type CommandRequest = Pick<TransportRequest, 'method' | 'body' | 'keepalive'>;

/**
 * The routes of one process, as calls. Each call is one request; only a refused token is replaced
 * once.
 */
export interface Api {
  active(options?: CallOptions): Promise<Snapshot[]>;
  snapshot(id: string, options?: CallOptions): Promise<Snapshot>;
  /** Resolves with the answer, which nobody has checked yet. Default: a POST of an empty body. */
  command(
    id: string,
    route: OperationRoute,
    options?: CallOptions,
    request?: CommandRequest,
  ): Promise<unknown>;
}

export function createApi(
  process: AnyProcess,
  routes: ReturnType<typeof routesOf>,
  transport: Transport,
): Api {
  const call = async (
    request: CommandRequest & Pick<TransportRequest, 'path'>,
    { signal }: CallOptions = {},
  ): Promise<unknown> => {
    const controller = new AbortController();
    const answer = transport
      .send({ ...request, reason: 'command', signal: controller.signal })
      .then(transport.json);
    try {
      return await orAborted(answer, signal);
    } finally {
      controller.abort();
    }
  };
  return {
    active: async (given) => {
      const { operations } = read(
        wire.snapshotList,
        await call({ method: 'GET', path: routes.active }, given),
      );
      return operations.map((one) => parseSnapshot(process, one));
    },
    snapshot: async (id, given) => {
      try {
        return parseSnapshot(
          process,
          await call({ method: 'GET', path: routes.operation(id) }, given),
        );
      } catch (thrown) {
        throw aboutOperation(thrown, id, null);
      }
    },
    command: (id, route, given, request = { method: 'POST', body: {} }) =>
      call({ ...request, path: routes.of(id, route) }, given),
  };
}

/** The same error, with the operation and its asset where it did not name them. */
export function aboutOperation(
  thrown: unknown,
  id: string | null,
  where: Asset | null,
): NftUpgradeError {
  const error = toNftUpgradeError(thrown, 'internal');
  const { operationId = id ?? undefined, asset = where ?? undefined } = error;
  if (operationId === error.operationId && asset === error.asset) return error;
  return new NftUpgradeError(error.code, {
    ...error.toJSON(),
    cause: error.cause,
    operationId,
    asset,
  });
}
