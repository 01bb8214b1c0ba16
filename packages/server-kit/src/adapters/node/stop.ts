import type { Http2Session } from 'node:http2';
import type { Handler } from '../../http/handler.ts';

/** A server that can be closed: of Node, or of a framework that wraps one. */
export interface Stoppable {
  /**
   * A server of Node tells of each HTTP/2 connection. Give the server before it listens: Node 22
   * and older wait for idle ones for ever.
   */
  on?(event: 'session', listener: (session: Http2Session) => void): unknown;
  /** Takes no more connections, and calls back when the last one is gone. */
  close(closed: (error?: Error) => void): unknown;
}

/** How a process is stopped. */
export interface StopOptions {
  /** Default: SIGTERM and SIGINT. */
  signals?: readonly NodeJS.Signals[];
  /**
   * Clients are told to come back within this time, each at its own. Milliseconds, default 5 000.
   */
  spreadMs?: number;
  /**
   * How long streams have to end, and after that, requests that are under way over HTTP/2.
   * Milliseconds, default 10 000.
   */
  timeoutMs?: number;
  /** Called once everything is closed: stop the engine, close the database, end the process. */
  stopped?(): void | Promise<void>;
}

/**
 * Stops a server normally when its process gets a signal: no new streams, those that are open are
 * drained, then the server closes. Returns what takes the listeners away again.
 * @example stopOnSignal(server, handler, { stopped: () => service.stop() })
 */
export function stopOnSignal(
  server: Stoppable,
  handler: Pick<Handler, 'drain'>,
  options: StopOptions = {},
): () => void {
  const { signals = ['SIGTERM', 'SIGINT'], spreadMs, timeoutMs = 10_000, stopped } = options;
  const sessions = new Set<Http2Session>();
  server.on?.('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  const forget = () => {
    for (const signal of signals) process.off(signal, stop);
  };
  const stop = () => {
    // A second signal ends the process at once, as without us.
    forget();
    void handler.drain({ ...(spreadMs !== undefined && { spreadMs }), timeoutMs }).then(() => {
      server.close(() => void stopped?.());
      // What is under way ends by itself, and nothing new begins on them.
      for (const session of sessions) session.close();
      setTimeout(() => {
        for (const session of sessions) session.destroy();
      }, timeoutMs).unref();
    });
  };
  for (const signal of signals) process.on(signal, stop);
  return forget;
}
