import { type HttpHandler, HttpResponse, http } from 'msw';
import type { MockServer } from './mock/server.ts';

/**
 * Handlers for Mock Service Worker, over a mock server: `setupServer(...upgradeHandlers(server))`
 * in Node and jsdom, `setupWorker(...)` in a browser. One for each route and method of the
 * protocol; streams stay streams.
 * @param origin where the API is called; default: any origin
 * @example
 * const mock = createMockServer({ scenarios: [scenarios.upgrade.happy] });
 * const worker = setupWorker(...upgradeHandlers(mock));
 */
export function upgradeHandlers(server: MockServer, origin = '*'): HttpHandler[] {
  const base = `${origin}${server.basePath}`;
  const resolve = async ({ request }: { request: Request }): Promise<Response> => {
    try {
      return await server.fetch(request);
    } catch {
      // What a page sees of a connection that broke.
      return HttpResponse.error();
    }
  };
  return [
    http.post(`${base}/:process`, resolve),
    http.get(`${base}/:process`, resolve),
    http.get(`${base}/:process/:id`, resolve),
    http.get(`${base}/:process/:id/events`, resolve),
    http.patch(`${base}/:process/:id/confirm-burn`, resolve),
    http.post(`${base}/:process/:id/burn-transaction`, resolve),
    http.post(`${base}/:process/:id/cancel`, resolve),
    http.post(`${base}/:process/:id/retry`, resolve),
  ];
}
