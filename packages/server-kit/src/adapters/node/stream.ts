import type { EventEmitter } from 'node:events';
import { Http2ServerResponse } from 'node:http2';
import type { Socket } from 'node:net';
import type { FrameSink, Session } from '../../http/session.ts';
import { abandon, linger, type NodeResponse, write } from './response.ts';

/**
 * A session writes to its socket itself, behind the head, and is asked for more when that has
 * drained.
 */
export function streamSession(session: Session, res: NodeResponse): void {
  session.attach(new ResponseSink(res, session));
  session.pull();
}

/** A class, because there is one for each open stream. */
class ResponseSink implements FrameSink {
  private readonly res: NodeResponse;
  private readonly session: Session;
  private readonly socket: Socket | null;

  constructor(res: NodeResponse, session: Session) {
    this.res = res;
    this.socket = res instanceof Http2ServerResponse ? null : res.socket;
    this.session = session;
  }

  write(frames: Uint8Array): boolean {
    if (this.writeCorked(frames)) return true;
    const events: EventEmitter = this.res;
    events.once('drain', () => this.session.pull());
    return false;
  }

  /**
   * A chunk of HTTP/1.1 is four writes to its socket. Node gathers them until the end of the turn;
   * here they go out at once, which saves a callback for each stream. HTTP/2 gathers by itself.
   */
  private writeCorked(frames: Uint8Array): boolean {
    const { socket } = this;
    if (!socket) return write(this.res, frames);
    socket.cork();
    const takesMore = write(this.res, frames);
    socket.uncork();
    return takesMore;
  }

  end(): void {
    this.res.end();
    linger(this.res);
  }

  fail(): void {
    abandon(this.res);
  }
}
