import assert from 'node:assert/strict';
import { processes } from '@aiw3/nft-upgrade/protocol';
import { samplePayload } from '@aiw3/nft-upgrade/testing';
import { createHandler, type Handler, type HandlerOptions } from '../../http/handler.ts';
import { type MemoryOperations, memoryOperations } from '../operations.ts';
import { eventually } from '../suite.ts';
import { localCertificate } from './certificate.ts';
import { type Client, createClient, type Protocol } from './client.ts';

/** What stands in front of the adapter in a case. */
export type Before = 'body parser' | 'compression';

/** What an adapter is asked to serve. */
export interface ServeRequest {
  handler: Handler;
  protocol: Protocol;
  /** For `h2`, which browsers speak over TLS only. */
  tls: { readonly key: string; readonly cert: string };
  before: Before | null;
}

/** A framework that serves the handler under test. */
export interface ServedAdapter {
  port: number;
  /** Stops it. */
  close(): Promise<void>;
}

/** A framework with the adapter in it. */
export interface AdapterUnderTest {
  /** What the framework can speak. */
  protocols: readonly Protocol[];
  /** What can stand in front of the adapter. Default: both. */
  before?: readonly Before[];
  /**
   * Serves the handler on 127.0.0.1, on a free port, with `GET /host` answered by the host itself
   * with the text `host`. A body parser in front of it has read JSON bodies; compression compresses
   * everything it may.
   */
  serve(request: ServeRequest): Promise<ServedAdapter>;
}

export const START = '/api/v1/nft/upgrade';
export const input = { targetTierId: 'tier-2' };
export const alice = { authorization: 'Bearer alice' };
const owner = { id: 'alice' };

/** One adapter, served, with a client and the logs behind it. */
export interface AdapterEnvironment {
  readonly handler: Handler;
  readonly operations: MemoryOperations;
  readonly client: Client;
  readonly protocol: Protocol;
  /** Makes an operation with its first event. */
  begin(): Promise<string>;
  append(id: string, status: string, extra?: object): void;
  /** Waits until no stream, and nobody who waits for one, is left. */
  quiet(): Promise<void>;
}

export interface AdapterEnvironmentOptions {
  before?: Before;
  timing?: HandlerOptions['timing'];
}

export async function inEnvironment(
  adapter: AdapterUnderTest,
  protocol: Protocol,
  { before, timing }: AdapterEnvironmentOptions,
  run: (environment: AdapterEnvironment) => Promise<void>,
): Promise<void> {
  const operations = memoryOperations();
  const reported: unknown[] = [];
  const handler = createHandler(operations, {
    authenticate: async (request) =>
      request.headers.get('authorization') === alice.authorization ? owner : null,
    onError: (error) => reported.push(error),
    ...(timing && { timing }),
  });
  const tls = await localCertificate();
  const served = await adapter.serve({ handler, protocol, tls, before: before ?? null });
  const client = createClient(protocol, served.port, tls.cert);
  const noise = listenForNoise();
  try {
    await run({
      handler,
      operations,
      client,
      protocol,
      begin: async () =>
        (
          await operations.start({
            process: 'upgrade',
            principal: owner,
            input,
            idempotencyKey: null,
          })
        ).snapshot.operationId,
      append: (id, status, extra) =>
        void operations.append(id, status, {
          ...samplePayload(processes.upgrade, status),
          ...extra,
        }),
      quiet: () =>
        eventually(() => assert.deepEqual([handler.stats().active, operations.watchers], [0, 0])),
    });
  } finally {
    client.close();
    await served.close();
    // What a framework says about a connection, it says a moment later.
    await new Promise((resolve) => setTimeout(resolve, 20));
    noise.stop();
  }
  assert.deepEqual(noise.received, [], 'something was written to the log');
  assert.deepEqual(reported, [], 'an error was reported');
}

/** Warnings of the process, rejections nobody handles, and what is written to the console. */
function listenForNoise() {
  const received: unknown[] = [];
  const receive = (...things: unknown[]) => void received.push(...things);
  const { error, warn } = console;
  console.error = receive;
  console.warn = receive;
  process.on('warning', receive);
  process.on('unhandledRejection', receive);
  return {
    received,
    stop() {
      console.error = error;
      console.warn = warn;
      process.off('warning', receive);
      process.off('unhandledRejection', receive);
    },
  };
}
