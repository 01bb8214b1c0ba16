import 'reflect-metadata';
import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import compression from 'compression';
import { describe, expect, it } from 'vitest';
import { framesOf } from '../http/fixtures/frames.ts';
import { begin, call, START, setup } from '../http/fixtures/setup.ts';
import { adapterSuite, type ServedAdapter, type ServeRequest } from '../testing/adapter-suite.ts';
import type { Middleware } from './connect.ts';
import { nftUpgradeModule, toNest } from './nest.ts';

class Root {}
Module({})(Root);

async function served(app: INestApplication): Promise<ServedAdapter> {
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  return {
    port,
    async close() {
      app.getHttpServer().closeAllConnections?.();
      await app.close();
    },
  };
}

/** A route of the host, in front of everything, without a controller. */
const host: Middleware = (req, res, next) => {
  if (req.url === '/host') res.end('host');
  else next();
};

describe('Nest on Express, as a module', () => {
  const suite = adapterSuite({
    protocols: ['http/1.1'],
    async serve({ handler, before }: ServeRequest) {
      class App {}
      Module({ imports: [nftUpgradeModule(handler)] })(App);
      // Nest reads JSON bodies unless told not to.
      const app = await NestFactory.create(App, new ExpressAdapter(), {
        logger: false,
        bodyParser: before === 'body parser',
        forceCloseConnections: true,
      });
      if (before === 'compression') app.use(compression({ threshold: 0 }));
      app.use(host);
      return served(app);
    },
  });
  for (const { name, run } of suite) it(name, run);
});

describe('Nest on Fastify, as a middleware', () => {
  const suite = adapterSuite({
    protocols: ['http/1.1', 'h2'],
    before: [],
    async serve({ handler, protocol, tls }: ServeRequest) {
      const adapter =
        protocol === 'h2'
          ? new FastifyAdapter({ http2: true, https: tls, forceCloseConnections: true } as never)
          : new FastifyAdapter({ forceCloseConnections: true });
      const app = await NestFactory.create<NestFastifyApplication>(Root, adapter, {
        logger: false,
      });
      app.use(host);
      app.use(toNest(handler));
      return served(app);
    },
  });
  for (const { name, run } of suite) it(name, run);
});

it('the module drains the streams when the app shuts down', async () => {
  const { handler, operations } = setup();
  class App {}
  Module({ imports: [nftUpgradeModule(handler)] })(App);
  const app = await NestFactory.create(App, new ExpressAdapter(), { logger: false });
  await app.init();
  const frames = framesOf(await call(handler, 'GET', `${START}/${await begin(operations)}/events`));
  const rest = frames.rest();
  await app.close();
  await rest;
  expect(handler.stats().closed.drained).toBe(1);
});
