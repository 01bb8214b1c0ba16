import { type FrameComment, parseComment } from '../../protocol/frame.ts';
import { type Check, check } from '../check.ts';
import { eventOf, type RawFrame } from '../frames.ts';
import { given, must } from '../outcome.ts';
import type { World } from '../world.ts';

const MAX_HEARTBEAT_MS = 60_000;
const MAX_FIRST_MS = 5_000;
/** What a busy machine may need for anything. */
const GRACE_MS = 1_000;
const BEAT_GRACE_MS = 5_000;
const OPENING_TRIES = 3;

const openingOf = (frame: RawFrame | undefined): Required<FrameComment> =>
  Object.assign({}, ...(frame?.comments ?? []).map(parseComment));

async function headersOf(world: World): Promise<Headers> {
  return (await world.live()).answer.headers;
}

/** A stream of an operation that waits, with nothing to show: only its opening is due. */
async function idle(world: World) {
  const live = await world.waiting();
  const cursor = String(live.events().at(-1)?.seq);
  const answer = await world.send({
    path: world.routes.of(live.id, 'events'),
    accept: 'text/event-stream',
    headers: { 'last-event-id': cursor },
  });
  given(answer.stream, 'there is no stream to resume');
  return answer.stream;
}

export const streamChecks: readonly Check[] = [
  check('P-STREAM-01', 'live', async (world) => {
    const { stream } = await world.live();
    const [first] = stream.frames;
    must(
      first && /^\d+$/.test(first.retry[0] ?? ''),
      'the first frame has no retry: with a number',
    );
    const { heartbeat, protocol } = openingOf(first);
    must(heartbeat > 0, 'the first frame announces no heartbeat=<ms>');
    must(protocol === 1, `the first frame announces protocol=${String(protocol)}`);
    must(first.data.length === 0, 'the first frame carries an event');
  }),
  check(
    'P-STREAM-02',
    'live',
    async (world) => {
      const { stream } = await world.live();
      const { heartbeat } = openingOf(stream.frames[0]);
      const limit = Math.min(MAX_FIRST_MS, Math.max(GRACE_MS, heartbeat * 0.75));
      for (let tries = 1; ; tries += 1) {
        const fresh = await idle(world);
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
  check('P-STREAM-03', 'live', async (world) => {
    const { stream } = await world.live();
    for (const frame of stream.frames.filter(({ data }) => data.length > 0)) {
      const event = eventOf(frame);
      must(frame.data.length === 1 && event, 'the data of a frame is not one line of JSON');
      must(
        frame.id.length === 1 && frame.id[0] === String(event.seq),
        `event ${String(event.seq)} has the id ${frame.id.join(', ') || '(none)'}`,
      );
    }
  }),
  check('P-STREAM-04', 'ended', async (world) => {
    const { stream } = await world.live();
    const wrong = stream.frames.find(({ data, id }) => data.length === 0 && id.length > 0);
    must(!wrong, `a frame without an event has the id ${wrong?.id[0]}`);
  }),
  check('P-STREAM-05', 'ended', async (world) => {
    const { stream } = await world.live();
    const wrong = stream.frames.flatMap(({ event }) => event).find((type) => type !== 'message');
    must(wrong === undefined, `a frame has event: ${wrong}`);
  }),
  check(
    'P-STREAM-06',
    'live',
    async (world) => {
      const { stream } = await world.waiting();
      const { heartbeat } = openingOf(stream.frames[0]);
      must(heartbeat <= MAX_HEARTBEAT_MS, `the announced interval is ${heartbeat} ms`);
      const patience = heartbeat * 1.5 + BEAT_GRACE_MS;
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
    async (world) => {
      const { stream } = await world.live();
      const beats = stream.frames
        .slice(1)
        .filter(({ data, comments }) => data.length === 0 && comments.length > 0);
      given(beats.length > 0, 'no heartbeat was seen');
      must(
        beats.every((frame) => openingOf(frame).time > 0),
        `a heartbeat says “${beats[0]?.comments.join(' ')}”, not time=<ms>`,
      );
    },
    ['P-STREAM-06'],
  ),
  check(
    'P-STREAM-08',
    'ended',
    async (world) => {
      const { stream, id, events } = await world.ended();
      await stream.until(() => stream.state !== 'open', MAX_FIRST_MS);
      must(
        stream.state === 'eof',
        `after the terminal event the stream was ${stream.state === 'open' ? 'left open' : 'cut'}`,
      );
      const { stream: fresh } = await world.send({
        path: world.routes.of(id, 'events'),
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
  check('P-STREAM-09', 'live', async (world) => {
    const control = (await headersOf(world)).get('cache-control') ?? '';
    must(
      /no-cache|no-store/.test(control) && /no-transform/.test(control),
      `Cache-Control is “${control}”`,
    );
  }),
  check('P-STREAM-10', 'live', async (world) => {
    const buffering = (await headersOf(world)).get('x-accel-buffering');
    must(buffering === 'no', `X-Accel-Buffering is ${buffering ?? 'missing'}`);
  }),
  check('P-STREAM-11', 'live', async (world) => {
    const { id } = await world.live();
    const answer = await world.send({
      path: world.routes.of(id, 'events'),
      accept: 'text/event-stream',
      headers: { 'accept-encoding': 'gzip, deflate, br' },
    });
    answer.stream?.close();
    const encoding = answer.headers.get('content-encoding');
    must(encoding === null || encoding === 'identity', `the stream is encoded with ${encoding}`);
  }),
  check('P-STREAM-12', 'live', async (world) => {
    const vary = (await headersOf(world)).get('vary') ?? '';
    must(/\baccept\b(?!-)/i.test(vary) || vary === '*', `Vary is “${vary}”`);
  }),
];
