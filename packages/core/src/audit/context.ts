import type { OperationEvent } from '../machine/types.ts';
import { routesOf } from '../protocol/routes.ts';
import {
  type Answer,
  type Ask,
  createExchanges,
  type ExchangeOptions,
  type Exchanges,
  isStream,
  member,
  summaryOf,
} from './exchange.ts';
import { eventOf, type FrameReader } from './frames.ts';
import type { ResolvedAudit } from './options.ts';
import { given } from './outcome.ts';

/** How long an operation may take to reach a point where it waits, milliseconds. */
const SETTLE_MS = 20_000;
/** How long the log of an operation that has ended may take to arrive. */
const READ_MS = 5_000;

/** The one operation of an audit. */
export interface Live {
  readonly id: string;
  readonly answer: Answer;
  readonly stream: FrameReader;
  /** Events that the first stream has shown so far. */
  events(): OperationEvent[];
  /** The last status it showed. */
  status(): string;
  terminal(): boolean;
}

/**
 * What the checks of one audit share: the connection to the server, the operation it started, what
 * became of it.
 */
export interface AuditContext {
  readonly options: ResolvedAudit;
  readonly exchanges: Exchanges;
  readonly routes: ReturnType<typeof routesOf>;
  /** Key of the start of the operation. */
  readonly key: string;
  /** Null for a server that is reached through a function. */
  readonly target: {
    readonly url: URL;
    readonly h2: boolean;
    readonly alpn: (() => Promise<string>) | null;
  };
  send(ask: Ask): Promise<Answer>;
  /** Asks for a start, and remembers what it began. */
  start(ask?: Partial<Ask>): Promise<Answer>;
  /** The answer to the one start the audit is about. */
  firstAnswer(): Promise<Answer>;
  /** @throws Skip where that start gave no operation */
  live(): Promise<Live>;
  /** The same, as long as it has not ended. @throws Skip */
  waiting(): Promise<Live>;
  /** The same, once it has ended. @throws Skip */
  ended(): Promise<Live>;
  /** The whole log as a fresh stream shows it now, read until it is quiet or over. */
  log(live: Live): Promise<OperationEvent[]>;
  /** Cancels the operation, once. */
  cancel(): Promise<Answer>;
  /** The status it was cancelled in. */
  cancelledFrom(): string;
  /** Ids of all operations that were begun. */
  readonly begun: ReadonlySet<string>;
}

export const freshKey = (): string => `audit-${crypto.randomUUID()}`;

export function createAuditContext(
  options: ResolvedAudit,
  target: AuditContext['target'],
  exchange: ExchangeOptions,
): AuditContext {
  const exchanges = createExchanges(exchange);
  const routes = routesOf(options.process, options.basePath);
  const key = freshKey();
  const begun = new Set<string>();
  const { statuses } = options.process;
  const burns = Object.values(statuses).some(({ nowKeys }) => nowKeys.includes('burnTransaction'));

  const idOf = (answer: Answer): string | null => {
    const location = answer.headers.get('content-location') ?? answer.headers.get('location') ?? '';
    const named = new RegExp(`/${options.process.path}/([\\w-]{1,128})(?:/events)?$`).exec(
      location,
    )?.[1];
    const streamedId = answer.stream
      ? answer.stream.frames.map((frame) => member(eventOf(frame), 'operationId')).find(isText)
      : undefined;
    const inBody = member(answer.json, 'operationId');
    return (
      streamedId ?? (answer.status < 300 && isText(inBody) ? inBody : undefined) ?? named ?? null
    );
  };

  const start = async (ask: Partial<Ask> = {}): Promise<Answer> => {
    const answer = await exchanges.send({
      method: 'POST',
      path: routes.start,
      accept: 'text/event-stream',
      body: options.input,
      ...ask,
    });
    if (answer.status < 300) {
      await answer.stream?.until(() => answer.stream?.frames.some(eventOf) ?? false, READ_MS);
      const id = idOf(answer);
      if (id !== null) begun.add(id);
    }
    return answer;
  };

  const make = async (): Promise<Live> => {
    const answer = await context.firstAnswer();
    const { stream } = answer;
    given(
      answer.status === 200 && isStream(answer) && stream,
      `there is no operation to look at: ${summaryOf(answer)}`,
    );
    const id = idOf(answer);
    given(id !== null, 'there is no operation to look at: the start named none');
    const events = () =>
      stream.frames
        .map(eventOf)
        .filter((event) => event !== undefined) as unknown as OperationEvent[];
    const status = () => String(events().at(-1)?.status ?? '');
    const live: Live = {
      id,
      answer,
      stream,
      events,
      status,
      terminal: () => statuses[status()]?.terminal === true,
    };
    // Where nothing waits for the user, the cancel has to come at once.
    if (!burns) await cancelOnce(id, status());
    const settled = () =>
      live.terminal() || statuses[status()]?.nowKeys.includes('burnTransaction') === true;
    await stream.until(settled, SETTLE_MS);
    return live;
  };

  let first: Promise<Answer> | undefined;
  let one: Promise<Live> | undefined;
  let cancelled: Promise<Answer> | undefined;
  let cancelledFrom = '';
  let over: Promise<void> | undefined;
  const context: AuditContext = {
    options,
    exchanges,
    routes,
    key,
    target,
    begun,
    send: (ask) => exchanges.send(ask),
    start,
    firstAnswer: () => {
      first ??= start({ headers: { 'idempotency-key': key } });
      return first;
    },
    live: () => {
      one ??= make();
      return one;
    },
    async waiting() {
      const live = await context.live();
      given(
        !live.terminal() && cancelled === undefined,
        `the operation did not wait: it is ${live.status()}`,
      );
      return live;
    },
    async ended() {
      const live = await context.live();
      over ??= end(live);
      await over;
      given(live.terminal(), `the operation has not ended: it is ${live.status()}`);
      return live;
    },
    async log(live) {
      const { stream } = await exchanges.send({
        path: routes.of(live.id, 'events'),
        accept: 'text/event-stream',
      });
      given(stream, 'the log could not be read as a stream');
      const read = () =>
        stream.frames
          .map(eventOf)
          .filter((event) => event !== undefined) as unknown as OperationEvent[];
      const known = live.events().at(-1)?.seq ?? 0;
      await stream.until(() => (read().at(-1)?.seq ?? 0) >= known, READ_MS);
      stream.close();
      return read();
    },
    cancelledFrom: () => cancelledFrom,
    async cancel() {
      const live = await context.live();
      return cancelOnce(live.id, live.status());
    },
  };

  const cancelOnce = (id: string, from: string): Promise<Answer> => {
    if (cancelled === undefined) {
      cancelledFrom = from;
      cancelled = exchanges.send({ method: 'POST', path: routes.of(id, 'cancel'), body: {} });
    }
    return cancelled;
  };
  const end = async (live: Live): Promise<void> => {
    if (!live.terminal()) await context.cancel();
    await live.stream.until(live.terminal, options.endMs);
  };
  return context;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
