import {
  eventFrame,
  foldAll,
  type OperationEvent,
  openingFrame,
  type ProcessName,
  processes,
  routesOf,
  type Snapshot,
} from '@aiw3/nft-upgrade/protocol';
import { sampleEvents, samplePayload } from '@aiw3/nft-upgrade/testing';

/** A request that the scripted server received. */
export interface ScriptedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: unknown;
}

/** Answers a request instead of the script; undefined leaves it to the script. */
export type Intercept = (request: ScriptedRequest) => Response | undefined;

/**
 * The server of one operation, as a fetch: it has the log that the test gives it, and streams what
 * is added.
 */
export function createScriptedServer(name: ProcessName, intercept: Intercept = () => undefined) {
  const process = processes[name];
  const routes = routesOf(process);
  const utf8 = new TextEncoder();
  const requests: ScriptedRequest[] = [];
  const statuses: string[] = [];
  let log: OperationEvent[] = [];
  let streams: ReadableStreamDefaultController<Uint8Array>[] = [];
  const id = `${process.idPrefix}_sample`;
  const snapshot = (): Snapshot | null => foldAll(process, log);

  const write = (to: ReadableStreamDefaultController<Uint8Array>, text: string) =>
    to.enqueue(utf8.encode(text));
  const closeAll = (how: (stream: ReadableStreamDefaultController<Uint8Array>) => void) => {
    for (const stream of streams) how(stream);
    streams = [];
  };

  function stream(after: number, signal: AbortSignal | null | undefined): Response {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        write(controller, openingFrame({ retryMs: 1_000, heartbeatMs: 15_000 }));
        for (const event of log) if (event.seq > after) write(controller, eventFrame(event));
        if (snapshot()?.terminal) return controller.close();
        streams.push(controller);
        signal?.addEventListener('abort', () => {
          streams = streams.filter((one) => one !== controller);
        });
      },
    });
    const headers = {
      'content-type': 'text/event-stream',
      'content-location': routes.of(id, 'events'),
      'nft-protocol': '1',
    };
    return new Response(body, { headers });
  }

  function answer(request: ScriptedRequest, init: RequestInit): Response {
    const path = request.path.split('?')[0];
    if (path === routes.start && request.method === 'POST') return stream(0, init.signal);
    if (path === routes.start)
      return Response.json({ operations: snapshot()?.terminal === false ? [snapshot()] : [] });
    if (path === routes.of(id, 'events'))
      return stream(Number(new Headers(init.headers).get('last-event-id') ?? 0), init.signal);
    if (path === routes.of(id, 'confirm-burn')) {
      const { burnTxSignature } = samplePayload(process, 'burn_verified') as {
        burnTxSignature: string;
      };
      return Response.json({
        success: true,
        message: 'Taken.',
        burnTxSignature,
        operation: snapshot(),
      });
    }
    return Response.json(snapshot());
  }

  return {
    requests,
    snapshot,
    fetch: async (url: string, init: RequestInit): Promise<Response> => {
      const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
      const request = {
        method: init.method ?? 'GET',
        path: url.replace(/^https?:\/\/[^/]+/, ''),
        body,
      };
      requests.push(request);
      return intercept(request) ?? answer(request, init);
    },
    reach(...further: string[]): void {
      const known = log.length;
      statuses.push(...further);
      log = sampleEvents(process, statuses, id);
      for (const event of log.slice(known))
        for (const one of streams) write(one, eventFrame(event));
      if (snapshot()?.terminal) closeAll((one) => one.close());
    },
    cut: () => closeAll((one) => one.error(new TypeError('terminated'))),
  };
}
