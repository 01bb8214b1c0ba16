import type { EventEmitter } from 'node:events';
import type { Session, Sink } from '../../http/session.ts';
import type { Client } from './client.ts';
import { abandon, flushHead, linger, type NodeResponse, write, writeHead } from './response.ts';

/** A session writes to its socket itself, and is asked for more when that has drained. */
export function streamSession(session: Session, res: NodeResponse, response: Response, client: Client): void {
  writeHead(res, response);
  flushHead(res);
  client.answer = session;
  session.attach(new ResponseSink(res, session));
  session.pull();
}

/** A class, because there is one for each open stream. */
class ResponseSink implements Sink {
  private readonly res: NodeResponse;
  private readonly session: Session;

  constructor(res: NodeResponse, session: Session) {
    this.res = res;
    this.session = session;
  }

  write(frames: Uint8Array): boolean {
    if (write(this.res, frames)) return true;
    const events: EventEmitter = this.res;
    events.once('drain', () => this.session.pull());
    return false;
  }

  end(): void {
    this.res.end();
    linger(this.res);
  }

  fail(): void {
    abandon(this.res);
  }
}
