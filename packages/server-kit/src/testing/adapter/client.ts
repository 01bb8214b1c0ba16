import { request as http1, type IncomingHttpHeaders } from 'node:http';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import type { Readable } from 'node:stream';

/** Which HTTP a test speaks. */
export type Protocol = 'http/1.1' | 'h2';

export interface Exchange {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /**
   * Reads until the text so far matches; resolves with all of it. @throws when the answer ends
   * before
   */
  until(pattern: RegExp): Promise<string>;
  /** Reads to the end. `cut` when it was broken off. */
  rest(): Promise<{ text: string; end: 'in order' | 'cut' }>;
  /** Reads nothing more. */
  pause(): void;
  /** Goes away. */
  leave(): void;
}

export interface Sent {
  readonly answer: Promise<Exchange>;
  /** Goes away, also before there is an answer. */
  leave(): void;
}

export interface Ask {
  method?: string;
  headers?: Record<string, string>;
  /** Sent as JSON, or as it is when it is a string. */
  body?: unknown;
  /** Sends the body without ending it. */
  unfinished?: boolean;
}

export interface Client {
  send(path: string, ask?: Ask): Sent;
  close(): void;
}

/**
 * A client with nothing between it and Node, so that nothing is made up for. One connection a
 * request over HTTP/1.1, one for all over HTTP/2.
 */
export function createClient(protocol: Protocol, port: number, ca: string): Client {
  return protocol === 'h2' ? http2Client(port, ca) : http1Client(port);
}

function prepare({ method = 'GET', headers = {}, body }: Ask) {
  const payload =
    body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  return {
    method,
    payload,
    headers: { ...(payload !== undefined && { 'content-type': 'application/json' }), ...headers },
  };
}

function http1Client(port: number): Client {
  const open = new Set<() => void>();
  return {
    send(path, ask = {}) {
      const { method, payload, headers } = prepare(ask);
      const sent = http1({ host: '127.0.0.1', port, path, method, headers, agent: false });
      const leave = () => void sent.destroy();
      open.add(leave);
      const answer = new Promise<Exchange>((resolve, reject) => {
        sent.on('error', reject);
        sent.on('response', (response) =>
          resolve(exchange(response, response.statusCode ?? 0, response.headers, leave)),
        );
      });
      answer.catch(() => undefined);
      if (ask.unfinished) sent.write(payload ?? '');
      else sent.end(payload);
      return { answer, leave };
    },
    close() {
      for (const leave of open) leave();
    },
  };
}

function http2Client(port: number, ca: string): Client {
  const session: ClientHttp2Session = connect(`https://localhost:${port}`, { ca });
  session.on('error', () => {});
  return {
    send(path, ask = {}) {
      const { method, payload, headers } = prepare(ask);
      const stream: ClientHttp2Stream = session.request(
        { ...headers, ':path': path, ':method': method },
        { endStream: false },
      );
      const leave = () => stream.close(8); // CANCEL
      const answer = new Promise<Exchange>((resolve, reject) => {
        stream.on('error', reject);
        stream.on('close', () => reject(new Error('closed')));
        stream.on('response', (head) => {
          const { ':status': status, ...rest } = head;
          resolve(exchange(stream, status ?? 0, rest, leave));
        });
      });
      answer.catch(() => undefined);
      if (ask.unfinished) stream.write(payload ?? '');
      else stream.end(payload);
      return { answer, leave };
    },
    close: () => session.destroy(),
  };
}

function exchange(
  source: Readable,
  status: number,
  headers: IncomingHttpHeaders,
  leave: () => void,
): Exchange {
  let text = '';
  let end: 'in order' | 'cut' | null = null;
  let changed = () => {};
  const finish = (how: 'in order' | 'cut') => {
    end ??= how;
    changed();
  };
  source.setEncoding('utf8');
  source.on('end', () => finish(brokenOff(source) ? 'cut' : 'in order'));
  source.on('error', () => finish('cut'));
  source.on('close', () => finish('cut'));
  const listen = () => {
    if (source.listenerCount('data') > 0) return;
    source.on('data', (chunk: string) => {
      text += chunk;
      changed();
    });
  };
  const change = () =>
    new Promise<void>((resolve) => {
      changed = resolve;
    });
  return {
    status,
    headers,
    async until(pattern) {
      listen();
      for (;;) {
        if (pattern.test(text)) return text;
        if (end)
          throw new Error(`The answer ended (${end}) before ${pattern}: ${text.slice(-500)}`);
        await change();
      }
    },
    async rest() {
      listen();
      while (!end) await change();
      return { text, end };
    },
    pause: () => void source.pause(),
    leave,
  };
}

/** Node's HTTP/2 client emits `end` also for a stream that was reset. */
const brokenOff = (source: Readable): boolean =>
  'rstCode' in source && typeof source.rstCode === 'number' && source.rstCode !== 0;
