import { NftUpgradeError, toNftUpgradeError } from '../errors/error.ts';
import type { AnyProcess, Snapshot } from '../machine/types.ts';
import type { Asset } from '../protocol/asset.ts';
import type { OperationRoute, routesOf } from '../protocol/routes.ts';
import { parseSnapshot } from '../protocol/snapshot.ts';
import * as wire from '../protocol/wire.ts';
import { read } from '../schema/index.ts';
import { orAborted } from '../stream/abort.ts';
import { foreign, isSigned, type Transport, type TransportRequest } from '../stream/transport.ts';

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
  /**
   * Resolves with what `parse` makes of the answer. Default: a POST of an empty body, which is
   * answered with a snapshot.
   */
  command(id: string, route: OperationRoute, options?: CallOptions): Promise<Snapshot>;
  command<T>(
    id: string,
    route: OperationRoute,
    options: CallOptions | undefined,
    request: CommandRequest,
    parse: (answer: unknown) => T,
  ): Promise<T>;
}

export function createApi(
  process: AnyProcess,
  routes: ReturnType<typeof routesOf>,
  transport: Transport,
): Api {
  const exchange = async <T>(request: TransportRequest, parse: (answer: unknown) => T) => {
    const response = await transport.send(request);
    try {
      return parse(await transport.json(response));
    } catch (thrown) {
      // What does not read as an answer of the server is none, unless the server says so.
      if (isSigned(response) || toNftUpgradeError(thrown, 'internal').code === 'connection_lost')
        throw thrown;
      throw foreign(response);
    }
  };
  const call = async <T>(
    request: CommandRequest & Pick<TransportRequest, 'path'>,
    { signal }: CallOptions = {},
    parse: (answer: unknown) => T,
  ): Promise<T> => {
    const controller = new AbortController();
    const sent = { ...request, reason: 'command', signal: controller.signal } as const;
    try {
      return await orAborted(exchange(sent, parse), signal);
    } finally {
      controller.abort();
    }
  };
  const snapshotOf = (answer: unknown) => parseSnapshot(process, answer);
  return {
    active: (given) =>
      call({ method: 'GET', path: routes.active }, given, (answer) =>
        read(wire.snapshotList, answer).operations.map(snapshotOf),
      ),
    snapshot: async (id, given) => {
      try {
        return await call({ method: 'GET', path: routes.operation(id) }, given, snapshotOf);
      } catch (thrown) {
        throw aboutOperation(thrown, id, null);
      }
    },
    command: <T>(
      id: string,
      route: OperationRoute,
      given?: CallOptions,
      request: CommandRequest = { method: 'POST', body: {} },
      parse?: (answer: unknown) => T,
    ) => call<T | Snapshot>({ ...request, path: routes.of(id, route) }, given, parse ?? snapshotOf),
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
