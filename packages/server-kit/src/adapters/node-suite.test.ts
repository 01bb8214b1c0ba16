import compression from 'compression';
import { describe, it } from 'vitest';
import { adapterSuite, type ServeRequest } from '../testing/adapter-suite.ts';
import { listen, parseBody } from './fixtures/listen.ts';
import { type NodeHandler, type NodeRequest, type NodeResponse, toNodeHandler } from './node.ts';

const serve = (request: ServeRequest) => {
  const answer: NodeHandler = toNodeHandler(request.handler);
  const compress = compression({ threshold: 0 });
  const route = async (req: NodeRequest, res: NodeResponse) => {
    if (req.url === '/host') res.end('host');
    else if (request.before === 'compression')
      compress(req as never, res as never, () => answer(req, res));
    else {
      if (request.before === 'body parser') await parseBody(req);
      answer(req, res);
    }
  };
  return listen(request, (req, res) => void route(req, res).catch(() => {}));
};

describe('node', () => {
  for (const { name, run } of adapterSuite({ protocols: ['http/1.1'], serve })) it(name, run);
  // Express' compression knows no HTTP/2.
  for (const { name, run } of adapterSuite({ protocols: ['h2'], before: ['body parser'], serve }))
    it(name, run);
});
