import type { Server } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { compress } from 'hono/compress';
import { describe, expect, it } from 'vitest';
import { call, setup } from '../http/fixtures/setup.ts';
import { adapterSuite, type ServeRequest } from '../testing/adapter-suite.ts';
import { toRoutes } from './fetch.ts';
import { listen, listening } from './fixtures/listen.ts';
import { toHono } from './hono.ts';
import { toNodeHandler } from './node.ts';

const appOf = ({ handler, before }: ServeRequest): Hono => {
  const app = new Hono();
  if (before === 'compression') app.use(compress());
  if (before === 'body parser') {
    app.use(async (context, next) => {
      await context.req.json().catch(() => null);
      await next();
    });
  }
  app.use(toHono(handler));
  app.get('/host', (context) => context.text('host'));
  return app;
};

describe('Hono, served by the kit’s own bridge', () => {
  const suite = adapterSuite({
    protocols: ['http/1.1', 'h2'],
    serve: (request) => listen(request, toNodeHandler(appOf(request))),
  });
  for (const { name, run } of suite) it(name, run);
});

describe('Hono, served by its own server', () => {
  const suite = adapterSuite({
    protocols: ['http/1.1', 'h2'],
    serve(request) {
      const http2 = { createServer: createSecureServer, serverOptions: request.tls };
      const server = createAdaptorServer({
        fetch: appOf(request).fetch,
        ...(request.protocol === 'h2' && http2),
      });
      return listening(server as Server);
    },
  });
  for (const { name, run } of suite) it(name, run);
});

describe('Request → Response', () => {
  it('one function a method answers as the handler does', async () => {
    const { handler } = setup();
    const routes = toRoutes(handler);
    const asked = new Request('https://api.example.com/api/v1/nft/upgrade?active=true', {
      headers: { authorization: 'Bearer alice' },
    });
    expect(await (await routes.GET(asked)).json()).toEqual({ operations: [] });
    expect(
      (await call({ ...handler, fetch: routes.DELETE }, 'DELETE', '/api/v1/nft/upgrade')).status,
    ).toBe(405);
    expect(
      (
        await routes.HEAD(
          new Request('https://api.example.com/api/v1/monitoring/ready', { method: 'HEAD' }),
        )
      ).status,
    ).toBe(200);
  });
});
