import { FORMER_PROTOCOL_VERSION, PROTOCOL_HEADER, PROTOCOL_VERSION } from '../protocol/version.ts';
import { type FrameReader, readFrames } from './frames.ts';
import { Violation } from './outcome.ts';

/** One question to the server. */
export interface Ask {
  method?: string;
  path: string;
  accept?: string;
  headers?: Readonly<Record<string, string>>;
  /** A string is sent as it is, anything else as JSON. */
  body?: unknown;
  contentType?: string;
  /** Default: those of the test user. Null: none. */
  credentials?: Readonly<Record<string, string>> | null;
}

/** What came back. Streams are read in the background. */
export interface Answer {
  readonly ask: Ask;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined where the body is no JSON. */
  readonly json: unknown;
  readonly stream: FrameReader | null;
}

/** How the audit reaches the server under test: `fetch`, or a handler in the same process. */
export type AuditFetch = (request: Request) => Promise<Response>;

/** A member of a JSON object, or undefined. */
export const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;

/** The same, where it is a text. */
export const textOf = (value: unknown, name: string): string | undefined => {
  const found = member(value, name);
  return typeof found === 'string' ? found : undefined;
};

export const codeOf = (answer: Answer): unknown => member(answer.json, 'code');
export const isStream = (answer: Answer): boolean =>
  (answer.headers.get('content-type') ?? '').startsWith('text/event-stream');

/** What an exchange looks like in a sentence. */
export const summaryOf = ({ ask, status }: Answer): string =>
  `${ask.method ?? 'GET'} ${ask.path} was answered with ${status}`;

/** HTTP/2 answers with forbidden headers break the exchange before anything can be read. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer';
}

export interface ExchangeOptions {
  readonly origin: string;
  readonly fetch: AuditFetch;
  readonly credentials: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** Longest that a server that is busy is waited for, and how often. */
const MAX_RETRY_AFTER_S = 10;
const BUSY_TRIES = 3;

/** Sends questions, and keeps every answer for the rules that hold for all of them. */
export function createExchanges(options: ExchangeOptions) {
  const answers: Answer[] = [];
  const streams = new Set<FrameReader>();
  let protocol: number = PROTOCOL_VERSION;

  const once = async (ask: Ask): Promise<Answer> => {
    const { method = 'GET', body, credentials } = ask;
    const request = new Request(options.origin + ask.path, {
      method,
      headers: {
        ...(credentials === null ? {} : (credentials ?? options.credentials)),
        accept: ask.accept ?? 'application/json',
        [PROTOCOL_HEADER]: String(protocol),
        ...(body !== undefined && { 'content-type': ask.contentType ?? 'application/json' }),
        ...ask.headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      redirect: 'manual',
    });
    const response = await within(
      options.fetch(request),
      options.timeoutMs,
      `${method} ${ask.path}`,
    );
    const { status, headers } = response;
    if (
      (headers.get('content-type') ?? '').startsWith('text/event-stream') &&
      response.body &&
      method !== 'HEAD'
    ) {
      const stream = readFrames(response.body);
      streams.add(stream);
      return { ask, status, headers, text: '', json: undefined, stream };
    }
    const text = await within(
      response.text(),
      options.timeoutMs,
      `the body of ${method} ${ask.path}`,
    );
    return { ask, status, headers, text, json: parse(text), stream: null };
  };

  return {
    answers,
    /** The version that the server is audited in: the newest that it speaks. */
    protocol: () => protocol,
    async send(ask: Ask): Promise<Answer> {
      for (let tries = 1; ; tries += 1) {
        const answer = await once(ask);
        if (protocol === PROTOCOL_VERSION && isFormer(ask, answer)) {
          protocol = FORMER_PROTOCOL_VERSION;
          continue;
        }
        answers.push(answer);
        const seconds = Number(answer.headers.get('retry-after'));
        const busy = answer.status === 429 || answer.status === 503;
        if (!busy || tries >= BUSY_TRIES || !(seconds > 0 && seconds <= MAX_RETRY_AFTER_S))
          return answer;
        answer.stream?.close();
        await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
      }
    },
    close() {
      for (const stream of streams) stream.close();
    },
  };
}

/** A server of the former version refuses this one, and says which one it speaks. */
const isFormer = ({ headers }: Ask, answer: Answer): boolean =>
  answer.status === 426 &&
  !headers?.[PROTOCOL_HEADER] &&
  answer.headers.get(PROTOCOL_HEADER) === String(FORMER_PROTOCOL_VERSION);

export type Exchanges = ReturnType<typeof createExchanges>;

async function within<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Violation(`${what} was not answered within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
