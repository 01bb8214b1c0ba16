import type { EventEmitter } from 'node:events';
import type { Session } from '../../http/session.ts';
import type { Client } from './client.ts';
import { abandon, flushHead, linger, type NodeResponse, write, writeHead } from './response.ts';

/** A session writes to its socket itself, and is asked for more when that has drained. */
export function streamSession(session: Session, res: NodeResponse, response: Response, client: Client): void {
  writeHead(res, response);
  flushHead(res);
  client.left = session.leave;
  session.attach({
    write: (text) => write(res, text),
    end() {
      res.end();
      linger(res);
    },
    fail: () => abandon(res),
  });
  const events: EventEmitter = res;
  events.on('drain', session.pull);
  session.pull();
}
