import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { WebSocket } from 'ws';
import { optionalPackage } from '../../../db/optional.ts';
import type { Bank } from './bank.ts';
import { answer, callMethod, respond } from './rpc/answer.ts';
import { Subscriptions } from './rpc/subscriptions.ts';

const host = '127.0.0.1';
const maxBodyBytes = 1_048_576;
/**
 * web3.js 1.99 asks for a status without handling the failure of the question; a connection that
 * breaks just then ends the process of the client (unhandled rejection). Questions that are under
 * way get this long.
 */
const graceMs = 30;

export interface ApiServer {
  readonly rpcUrl: string;
  readonly wsUrl: string;
  /** While true every HTTP call is answered with 503. */
  failing: boolean;
  close(): Promise<void>;
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const bound = server.address();
  // A string or null only for a pipe, or a server that does not listen.
  return typeof bound === 'object' && bound !== null ? bound.port : port;
}

const isTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

/** Binds two neighbouring ports: web3.js looks for the WebSocket API one above the RPC port. */
async function listenBoth(rpc: Server, ws: Server, port: number | undefined): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      const bound = await listen(rpc, port ?? 0);
      try {
        await listen(ws, bound + 1);
        return bound;
      } catch (error) {
        await new Promise((resolve) => rpc.close(resolve));
        throw error;
      }
    } catch (error) {
      // 65,535 has no neighbour, and whatever the neighbour is used for, another pair is soon
      // found.
      const mayTryAgain =
        port === undefined && attempt < 50 && (isTaken(error) || error instanceof RangeError);
      if (mayTryAgain) continue;
      throw new NftUpgradeError('invalid_option', {
        message: `Ports ${port ?? 'chosen by the system'} and the next one cannot both be bound.`,
        hint: 'Stop what listens there, or leave out the option port.',
        details: { port },
        cause: error,
      });
    }
  }
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    if (!Buffer.isBuffer(part)) return null;
    size += part.length;
    if (size > maxBodyBytes) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Pages of any origin may call it, as on a public node: wallets in a browser do. */
const cors = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'POST, GET',
  'access-control-allow-headers': '*',
};

/** Serves the API of the chain: JSON-RPC by POST on one port, WebSocket on the next. */
export async function serve(bank: Bank, port: number | undefined): Promise<ApiServer> {
  const { WebSocketServer } = await optionalPackage('ws', () => import('ws'));
  const state = { failing: false };
  const end = (
    response: ServerResponse,
    status: number,
    body: string,
    type = 'text/plain',
  ): void => {
    response.writeHead(status, { 'content-type': type, ...cors }).end(body);
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (state.failing) return end(response, 503, 'Service Unavailable');
    if (request.method === 'OPTIONS') return end(response, 204, '');
    if (request.method === 'GET' && request.url === '/health') return end(response, 200, 'ok');
    if (request.method !== 'POST')
      return end(response, 405, 'Used HTTP Method is not allowed. POST or OPTIONS is required');
    const body = await readBody(request);
    if (body === null) return end(response, 413, 'Payload Too Large');
    end(response, 200, JSON.stringify(answer(bank, body)), 'application/json');
  };
  const rpc = createServer((request, response) => {
    // Rejects only when the client is gone: there is nobody left to tell.
    handle(request, response).catch(() => response.destroy());
  });
  // A machine that is busy leaves a client idle for longer than the 5 s of Node, and the client
  // then meets a connection that is being closed.
  rpc.keepAliveTimeout = 60_000;
  const wsHttp = createServer((_, response) => end(response, 426, 'Upgrade Required'));
  // Before the WebSocket server is attached: it repeats an error of its HTTP server, where nobody
  // would listen.
  const bound = await listenBoth(rpc, wsHttp, port);
  const sockets = new WebSocketServer({ server: wsHttp, maxPayload: maxBodyBytes });
  sockets.on('connection', (socket: WebSocket) => {
    const subscriptions = new Subscriptions(bank, (message) =>
      socket.send(JSON.stringify(message)),
    );
    const flush = (): void => subscriptions.flush();
    bank.onBlock.add(flush);
    socket.on('close', () => bank.onBlock.delete(flush));
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      let request: unknown;
      try {
        request = JSON.parse(Buffer.isBuffer(data) ? data.toString('utf8') : '');
      } catch {
        request = undefined;
      }
      socket.send(
        JSON.stringify(
          respond(request, (valid) => subscriptions.call(valid) ?? callMethod(bank, valid)),
        ),
      );
    });
  });
  return Object.assign(state, {
    rpcUrl: `http://${host}:${bound}`,
    wsUrl: `ws://${host}:${bound + 1}`,
    async close() {
      await setTimeout(graceMs);
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      for (const server of [rpc, wsHttp]) server.closeAllConnections();
      await Promise.all(
        [rpc, wsHttp].map((server) => new Promise((resolve) => server.close(resolve))),
      );
    },
  });
}
