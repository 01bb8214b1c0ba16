import { bodyParser } from '@koa/bodyparser';
import Koa from 'koa';
import compress from 'koa-compress';
import { describe, it } from 'vitest';
import { adapterSuite } from '../testing/adapter-suite.ts';
import { listen } from './fixtures/listen.ts';
import { toKoa } from './koa.ts';

describe('Koa 3', () => {
  const suite = adapterSuite({
    protocols: ['http/1.1', 'h2'],
    serve(request) {
      const app = new Koa();
      if (request.before === 'body parser') app.use(bodyParser());
      if (request.before === 'compression') app.use(compress({ threshold: 0 }));
      app.use(toKoa(request.handler));
      app.use((context) => {
        if (context.path === '/host') context.body = 'host';
      });
      const answer = app.callback();
      return listen(request, (req, res) => void answer(req, res));
    },
  });
  for (const { name, run } of suite) it(name, run);
});
