import { type FrameComment, parseComment } from '../../protocol/frame.ts';
import { type Check, check } from '../check.ts';
import type { AuditContext } from '../context.ts';
import { eventOf, type RawFrame } from '../frames.ts';
import { given, must } from '../outcome.ts';

const MAX_HEARTBEAT_MS = 60_000;
const MAX_FIRST_MS = 5_000;
/** What a busy machine may need for anything. */
const GRACE_MS = 1_000;
const HEARTBEAT_GRACE_MS = 5_000;
const OPENING_TRIES = 3;

const openingOf = (frame: RawFrame | undefined): Required<FrameComment> =>
  Object.assign({}, ...(frame?.comments ?? []).map(parseComment));

async function headersOf(context: AuditContext): Promise<Headers> {
  return (await context.live()).answer.headers;
}

/** A stream of an operation that waits, with nothing to show: only its opening is due. */
async function idle(context: AuditContext) {
  const live = await context.waiting();
  const cursor = String(live.events().at(-1)?.seq);
  const answer = await context.send({
    path: context.routes.of(live.id, 'events'),
    accept: 'text/event-stream',
    headers: { 'last-event-id': cursor },
  });
  given(answer.stream, 'there is no stream to resume');
  return answer.stream;
}

export const streamChecks: readonly Check[] = [
  check('P-STREAM-01', 'live', async (context) => {
    const { stream } = await context.live();
    const [first] = stream.frames;
    must(
      first && /^\d+$/.test(first.retry[0] ?? ''),
      'the first frame has no retry: with a number',
    );
    const { heartbeat, protocol } = openingOf(first);
    must(heartbeat > 0, 'the first frame announces no heartbeat=<ms>');
    must(
      protocol === context.exchanges.protocol(),
      `the first frame announces protocol=${String(protocol)}`,
    );
    must(first.data.length === 0, 'the first frame carries an event');
  }),
  check(
    'P-STREAM-02',
    'live',
    async (context) => {
      const { stream } = await context.live();
      const { heartbeat } = openingOf(stream.frames[0]);
      const limit = Math.min(MAX_FIRST_MS, Math.max(GRACE_MS, heartbeat * 0.75));
      for (let tries = 1; ; tries += 1) {
        const fresh = await idle(context);
        const prompt = await fresh.until(() => fresh.frames.length > 0, limit);
        fresh.close();
        if (prompt) return;
        // Once may be a busy moment, and every time is somebody who waits for more.
        must(
          tries < OPENING_TRIES,
          `the first frame of an idle stream did not come within ${Math.round(limit)} ms, ` +
            `${tries} times`,
        );
      }
    },
    ['P-STREAM-01'],
  ),
  check('P-STREAM-03', 'live', async (context) => {
    const { stream } = await context.live();
    for (const frame of stream.frames.filter(({ data }) => data.length > 0)) {
      const event = eventOf(frame);
      must(frame.data.length === 1 && event, 'the data of a frame is not one line of JSON');
      must(
        frame.id.length === 1 && frame.id[0] === String(event.seq),
        `event ${String(event.seq)} has the id ${frame.id.join(', ') || '(none)'}`,
      );
    }
  }),
  check('P-STREAM-04', 'ended', async (context) => {
    const { stream } = await context.live();
    const wrong = stream.frames.find(({ data, id }) => data.length === 0 && id.length > 0);
    must(!wrong, `a frame without an event has the id ${wrong?.id[0]}`);
  }),
  check('P-STREAM-05', 'ended', async (context) => {
    const { stream } = await context.live();
    const wrong = stream.frames.flatMap(({ event }) => event).find((type) => type !== 'message');
    must(wrong === undefined, `a frame has event: ${wrong}`);
  }),
  check(
    'P-STREAM-06',
    'live',
    async (context) => {
      const { stream } = await context.waiting();
      const { heartbeat } = openingOf(stream.frames[0]);
      must(heartbeat <= MAX_HEARTBEAT_MS, `the announced interval is ${heartbeat} ms`);
      const patience = heartbeat * 1.5 + HEARTBEAT_GRACE_MS;
      const before = stream.frames.length;
      must(
        await stream.until(() => stream.frames.length > before, patience),
        `nothing came within ${patience} ms, announced were ${heartbeat}`,
      );
    },
    ['P-STREAM-01'],
  ),
  check(
    'P-STREAM-07',
    'live',
    async (context) => {
      const { stream } = await context.live();
      const heartbeats = stream.frames
        .slice(1)
        .filter(({ data, comments }) => data.length === 0 && comments.length > 0);
      given(heartbeats.length > 0, 'no heartbeat was seen');
      must(
        heartbeats.every((frame) => openingOf(frame).time > 0),
        `a heartbeat says “${heartbeats[0]?.comments.join(' ')}”, not time=<ms>`,
      );
    },
    ['P-STREAM-06'],
  ),
  check(
    'P-STREAM-08',
    'ended',
    async (context) => {
      const { stream, id, events } = await context.ended();
      await stream.until(() => stream.state !== 'open', MAX_FIRST_MS);
      must(
        stream.state === 'eof',
        `after the terminal event the stream was ${stream.state === 'open' ? 'left open' : 'cut'}`,
      );
      const { stream: fresh } = await context.send({
        path: context.routes.of(id, 'events'),
        accept: 'text/event-stream',
      });
      given(fresh, 'the log could not be read as a stream');
      await fresh.until(() => fresh.state !== 'open', MAX_FIRST_MS);
      must(fresh.state === 'eof', 'a stream of an operation that has ended does not end');
      must(
        fresh.frames.filter(eventOf).length >= events().length,
        'a stream of an operation that has ended does not show its log',
      );
    },
    ['P-RESUME-02'],
  ),
  check('P-STREAM-09', 'live', async (context) => {
    const control = (await headersOf(context)).get('cache-control') ?? '';
    must(
      /no-cache|no-store/.test(control) && /no-transform/.test(control),
      `Cache-Control is “${control}”`,
    );
  }),
  check('P-STREAM-10', 'live', async (context) => {
    const buffering = (await headersOf(context)).get('x-accel-buffering');
    must(buffering === 'no', `X-Accel-Buffering is ${buffering ?? 'missing'}`);
  }),
  check('P-STREAM-11', 'live', async (context) => {
    const { id } = await context.live();
    const answer = await context.send({
      path: context.routes.of(id, 'events'),
      accept: 'text/event-stream',
      headers: { 'accept-encoding': 'gzip, deflate, br' },
    });
    answer.stream?.close();
    const encoding = answer.headers.get('content-encoding');
    must(encoding === null || encoding === 'identity', `the stream is encoded with ${encoding}`);
  }),
  check('P-STREAM-12', 'live', async (context) => {
    const vary = (await headersOf(context)).get('vary') ?? '';
    must(/\baccept\b(?!-)/i.test(vary) || vary === '*', `Vary is “${vary}”`);
  }),
];
