import type { Handler } from '../../http/handler.ts';

/** A server that can be closed: of Node, or of a framework that wraps one. */
export interface Stoppable {
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
  /** How long streams have to end. Milliseconds, default 10 000. */
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
  const { signals = ['SIGTERM', 'SIGINT'], spreadMs, timeoutMs, stopped } = options;
  const forget = () => {
    for (const signal of signals) process.off(signal, stop);
  };
  const stop = () => {
    // A second signal ends the process at once, as without us.
    forget();
    const bounds = {
      ...(spreadMs !== undefined && { spreadMs }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    };
    void handler.drain(bounds).then(() => server.close(() => void stopped?.()));
  };
  for (const signal of signals) process.on(signal, stop);
  return forget;
}
