import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Mountable } from './connect.ts';
import { type NodeHandlerOptions, serveNode } from './node.ts';

export type { Mountable } from './connect.ts';
export type { NodeHandlerOptions } from './node.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/**
 * For Fastify 5, over HTTP/1.1 and HTTP/2. Hooks of the app that stand before it run, `onSend` with
 * an empty payload, and the headers that they set are sent; bodies are read by the handler, within
 * its own limits.
 * @example await app.register(toFastify(handler));
 */
export function toFastify(handler: Mountable, options: NodeHandlerOptions = {}) {
  return async (app: FastifyInstance): Promise<void> => {
    app.removeAllContentTypeParsers();
    // A hook may have read the body and put another one in its place; the untouched one is left to
    // the bridge.
    app.addContentTypeParser('*', (request, payload, done) =>
      done(null, payload === request.raw ? undefined : payload),
    );
    // Behind every hook of the app: an encapsulated one is the last.
    const open = new WeakSet<FastifyRequest>();
    app.addHook('onSend', (request, reply, _payload, done) => {
      if (!open.delete(request)) return done();
      // From here on the answer is not Fastify's, so nobody waits for `done`.
      reply.hijack();
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) reply.raw.setHeader(name, value);
      const { raw, originalUrl, body } = request;
      void serveNode(raw, reply.raw, handler.fetch, { ...options, address: originalUrl, body });
    });
    for (const mount of handler.mounts) {
      for (const url of [mount, `${mount}/*`])
        app.route({
          method: methods,
          url,
          exposeHeadRoute: false,
          handler(request, reply) {
            open.add(request);
            reply.send(null);
          },
        });
    }
  };
}
