import compression from 'compression';
import express from 'express';
import { describe, it } from 'vitest';
import { adapterSuite } from '../testing/adapter-suite.ts';
import { toExpress } from './express.ts';
import { listen } from './fixtures/listen.ts';
import type { NodeHandler } from './node.ts';

describe('Express 5', () => {
  const suite = adapterSuite({
    protocols: ['http/1.1'],
    serve(request) {
      const app = express();
      if (request.before === 'body parser') app.use(express.json());
      if (request.before === 'compression') app.use(compression({ threshold: 0 }));
      app.use(toExpress(request.handler));
      app.get('/host', (_req, res) => void res.send('host'));
      return listen(request, app as unknown as NodeHandler);
    },
  });
  for (const { name, run } of suite) it(name, run);
});

describe('Express 5, mounted below a path', () => {
  const suite = adapterSuite({
    protocols: ['http/1.1'],
    before: ['body parser'],
    serve(request) {
      const app = express();
      app.get('/host', (_req, res) => void res.send('host'));
      app.use('/api', express.json(), toExpress(request.handler));
      return listen(request, app as unknown as NodeHandler);
    },
  });
  for (const { name, run } of suite) it(name, run);
});
