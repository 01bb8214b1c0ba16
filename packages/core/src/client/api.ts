import { amend, NftUpgradeError, toNftUpgradeError } from '../errors/error.ts';
import type { AnyProcess, Snapshot } from '../machine/types.ts';
import type { BurnTransaction } from '../phases/burn.ts';
import type { Asset } from '../protocol/asset.ts';
import type { ConfirmBurn } from '../protocol/bodies.ts';
import type { OperationRoute, routesOf } from '../protocol/routes.ts';
import { parseSnapshot } from '../protocol/snapshot.ts';
import { wire } from '../protocol/wire.ts';
import { read } from '../schema/index.ts';
import { linkAbort } from '../stream/abort.ts';
import { type BodyLimits, readJson } from '../stream/body.ts';
import type { Transport, TransportRequest } from '../stream/transport.ts';

/** Options of a single request. */
export interface CallOptions {
  /** Stops waiting for the answer. What the server began goes on. */
  signal?: AbortSignal | undefined;
}

/** The routes of one process, as calls with checked answers. Each call is one request; only a refused token is replaced once. */
export interface Api {
  active(options?: CallOptions): Promise<Snapshot[]>;
  snapshot(id: string, options?: CallOptions): Promise<Snapshot>;
  confirmBurn(id: string, confirmation: ConfirmBurn, options?: CallOptions): Promise<{ burnTxSignature: string }>;
  renewBurn(id: string, options?: CallOptions): Promise<BurnTransaction>;
  cancel(id: string, options?: CallOptions): Promise<Snapshot>;
  retry(id: string, options?: CallOptions): Promise<Snapshot>;
}

export function createApi(options: {
  process: AnyProcess;
  routes: ReturnType<typeof routesOf>;
  transport: Transport;
  body: BodyLimits;
}): Api {
  const { process, routes, transport, body } = options;

  const call = async (
    request: Pick<TransportRequest, 'method' | 'path' | 'body' | 'keepalive'>,
    { signal }: CallOptions = {},
  ): Promise<unknown> => {
    const { controller, unlink } = linkAbort(signal);
    try {
      const response = await transport.send({ ...request, accept: 'application/json', reason: 'command', signal: controller.signal });
      return await readJson(response, body);
    } catch (thrown) {
      if (signal?.aborted) throw new NftUpgradeError('aborted');
      throw thrown;
    } finally {
      unlink();
    }
  };
  const command = async (id: string, route: OperationRoute, given?: CallOptions): Promise<unknown> =>
    call({ method: 'POST', path: routes.of(id, route), body: {} }, given).catch((thrown: unknown) => {
      throw aboutOperation(thrown, id, null);
    });

  return {
    active: async (given) =>
      read(wire.snapshotList, await call({ method: 'GET', path: routes.active }, given)).operations.map((one) =>
        parseSnapshot(process, one),
      ),
    snapshot: async (id, given) => {
      try {
        return parseSnapshot(process, await call({ method: 'GET', path: routes.operation(id) }, given));
      } catch (thrown) {
        throw aboutOperation(thrown, id, null);
      }
    },
    confirmBurn: async (id, confirmation, given) => {
      // The request outlives the page: a reload right after the signature must not lose it.
      const request = { method: 'PATCH', path: routes.of(id, 'confirm-burn'), body: confirmation, keepalive: true } as const;
      return { burnTxSignature: read(wire.confirmBurnResult, await call(request, given)).burnTxSignature };
    },
    renewBurn: async (id, given) => read(wire.burnTransactionResult, await command(id, 'burn-transaction', given)).burnTransaction,
    cancel: async (id, given) => parseSnapshot(process, await command(id, 'cancel', given)),
    retry: async (id, given) => parseSnapshot(process, await command(id, 'retry', given)),
  };
}

/** The same error, with the operation and its asset where it did not name them. */
export function aboutOperation(thrown: unknown, operationId: string | null, asset: Asset | null): NftUpgradeError {
  const error = toNftUpgradeError(thrown, 'internal');
  const more = { operationId: error.operationId ?? operationId ?? undefined, asset: error.asset ?? asset ?? undefined };
  return more.operationId === error.operationId && more.asset === error.asset ? error : amend(error, more);
}
