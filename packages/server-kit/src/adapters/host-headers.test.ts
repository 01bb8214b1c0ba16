import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import express from 'express';
import fastify, { type FastifyReply } from 'fastify';
import { type Context, Hono, type Next } from 'hono';
import Koa from 'koa';
import { afterEach, describe, expect, it } from 'vitest';
import { ask, begin, START, setup } from '../http/fixtures/setup.ts';
import type { Handler } from '../http/handler.ts';
import { toExpress } from './express.ts';
import { toFastify } from './fastify.ts';
import { toHono } from './hono.ts';
import { toKoa } from './koa.ts';
import { toNodeHandler } from './node.ts';

/** What hosts put on every answer: an id of the request, HSTS, a renewed session, CORS. */
const headers: readonly (readonly [name: string, value: string])[] = [
  ['x-request-id', 'r-1'],
  ['strict-transport-security', 'max-age=1'],
  ['set-cookie', 'session=renewed; Path=/'],
  ['vary', 'Origin'],
];

interface Host {
  fetch(path: string, init: RequestInit): Promise<Response>;
  close(): unknown;
}

async function listening(server: Server): Promise<Host> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    fetch: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const fastifyHost = (hook: 'onRequest' | 'preHandler' | 'onSend') => async (handler: Handler) => {
  const app = fastify({ forceCloseConnections: true });
  const set = (reply: FastifyReply) => {
    for (const [name, value] of headers) reply.header(name, value);
  };
  if (hook === 'onSend') app.addHook(hook, async (_request, reply) => set(reply));
  else app.addHook(hook, async (_request, reply) => set(reply));
  await app.register(toFastify(handler));
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  return {
    fetch: (path: string, init: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init),
    close: () => app.close(),
  };
};

const honoApp = (handler: Handler, when: 'before' | 'after'): Hono => {
  const set = (context: Context) => {
    for (const [name, value] of headers) context.header(name, value);
  };
  const app = new Hono();
  app.use(async (context: Context, next: Next) => {
    if (when === 'before') set(context);
    await next();
    if (when === 'after') set(context);
  });
  app.use(toHono(handler));
  return app;
};

const hosts: Readonly<Record<string, (handler: Handler) => Promise<Host>>> = {
  node: (handler) => {
    const answer = toNodeHandler(handler);
    const listener: RequestListener = (req, res) => {
      for (const [name, value] of headers) res.setHeader(name, value);
      answer(req, res);
    };
    return listening(createServer(listener));
  },
  express: (handler) => {
    const app = express();
    app.use((_req, res, next) => {
      for (const [name, value] of headers) res.setHeader(name, value);
      next();
    });
    app.use(toExpress(handler) as never);
    return listening(createServer(app));
  },
  koa: (handler) => {
    const app = new Koa();
    app.use(async (context, next) => {
      for (const [name, value] of headers) context.set(name, value);
      await next();
    });
    app.use(toKoa(handler) as never);
    const answer = app.callback();
    return listening(createServer((req, res) => void answer(req, res)));
  },
  'fastify, onRequest': fastifyHost('onRequest'),
  'fastify, preHandler': fastifyHost('preHandler'),
  'fastify, onSend': fastifyHost('onSend'),
  ...Object.fromEntries(
    (['before', 'after'] as const).flatMap((when) => [
      [
        `hono ${when}, its own server`,
        (handler: Handler) =>
          listening(
            createAdaptorServer({
              fetch: honoApp(handler, when).fetch,
              overrideGlobalObjects: false,
            }) as Server,
          ),
      ],
      [
        `hono ${when}, the kit’s bridge`,
        (handler: Handler) => listening(createServer(toNodeHandler(honoApp(handler, when)))),
      ],
      [
        `hono ${when}, Request → Response`,
        async (handler: Handler) => {
          const app = honoApp(handler, when);
          return { fetch: async (path, init) => app.request(path, init), close() {} };
        },
      ],
    ]),
  ),
};

let host: Host | undefined;
afterEach(() => host?.close());

describe.each(Object.entries(hosts))('headers of the host: %s', (_, open) => {
  it.each([
    ['a stream', 'GET', '/events', 'text/event-stream', 'alice', 200],
    ['a page of the log', 'GET', '/events', 'application/json', 'alice', 200],
    ['a snapshot', 'GET', '', 'application/json', 'alice', 200],
    ['a command', 'POST', '/cancel', 'application/json', 'alice', 202],
    ['no such operation', 'GET', 'x', 'application/json', 'alice', 404],
    ['nobody', 'GET', '', 'application/json', null, 401],
    ['another method', 'DELETE', '', 'application/json', 'alice', 405],
    ['no such type', 'GET', '/events', 'text/html', 'alice', 406],
  ] as const)('%s has them', async (_answer, method, path, accept, user, status) => {
    const { handler, operations } = setup();
    const id = await begin(operations);
    host = await open(handler);
    const answer = await host.fetch(`${START}/${id}${path}`, ask(method, { accept, user }));
    expect(answer.status).toBe(status);
    for (const [name, value] of headers.slice(0, 3))
      expect([name, answer.headers.get(name)]).toEqual([name, value]);
    expect(answer.headers.get('vary')).toContain('Origin');
    expect(answer.headers.get('nft-protocol')).toBe('1');
    await answer.body?.cancel();
    await expect.poll(() => handler.stats().active).toBe(0);
  });
});

it('what a host says of a body of its own does not reach the answer', async () => {
  const { handler, operations } = setup();
  const id = await begin(operations);
  const answer = toNodeHandler(handler);
  host = await listening(
    createServer((req, res) => {
      res.setHeader('content-length', '1').setHeader('content-encoding', 'gzip');
      answer(req, res);
    }),
  );
  const response = await host.fetch(`${START}/${id}`, ask('GET', { accept: 'application/json' }));
  expect(await response.json()).toMatchObject({ operationId: id });
});
