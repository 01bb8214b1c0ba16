import { expect, test } from 'vitest';

test('the public names of the adapters', async () => {
  const entries = {
    node: await import('./node.ts'),
    express: await import('./express.ts'),
    fastify: await import('./fastify.ts'),
    fetch: await import('./fetch.ts'),
    hono: await import('./hono.ts'),
    koa: await import('./koa.ts'),
    nest: await import('./nest.ts'),
    sails: await import('./sails.ts'),
  };
  expect(
    Object.entries(entries).map(([entry, names]) => [entry, ...Object.keys(names).sort()]),
  ).toEqual([
    ['node', 'serveNode', 'stopOnSignal', 'toNodeHandler'],
    ['express', 'toExpress'],
    ['fastify', 'toFastify'],
    ['fetch', 'toRoutes'],
    ['hono', 'toHono'],
    ['koa', 'toKoa'],
    ['nest', 'nftUpgradeModule', 'toNest'],
    ['sails', 'toSails'],
  ]);
});
