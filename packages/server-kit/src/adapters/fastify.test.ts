import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import compress from '@fastify/compress';
import fastify, { type FastifyInstance } from 'fastify';
import { describe, it } from 'vitest';
import { adapterSuite, type ServeRequest } from '../testing/adapter-suite.ts';
import { toFastify } from './fastify.ts';

// The two are one type but for the raw requests, which the adapter takes both.
const make = ({ protocol, tls }: ServeRequest): FastifyInstance =>
  protocol === 'h2'
    ? (fastify({
        http2: true,
        https: tls,
        forceCloseConnections: true,
      }) as unknown as FastifyInstance)
    : fastify({ forceCloseConnections: true });

describe('Fastify 5', () => {
  const suite = adapterSuite({
    protocols: ['http/1.1', 'h2'],
    async serve(request) {
      const app = make(request);
      if (request.before === 'compression') await app.register(compress, { threshold: 0 });
      if (request.before === 'body parser') {
        // What decompresses or decrypts bodies reads the one of the client, and puts another one in
        // its place.
        app.addHook('preParsing', async (_request, _reply, payload) => {
          const chunks: Buffer[] = [];
          for await (const chunk of payload) chunks.push(Buffer.from(chunk as Uint8Array));
          return Readable.from(chunks);
        });
      }
      await app.register(toFastify(request.handler));
      app.get('/host', async () => 'host');
      await app.listen({ port: 0, host: '127.0.0.1' });
      return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
    },
  });
  for (const { name, run } of suite) it(name, run);
});
