import { GAP_HEADER } from '../../protocol/version.ts';
import { type Check, check } from '../check.ts';
import type { AuditContext, Live } from '../context.ts';
import { type Ask, isStream, member, summaryOf } from '../exchange.ts';
import { eventOf } from '../frames.ts';
import { given, must } from '../outcome.ts';

/** Long enough for a log that stands already to arrive. */
const READ_MS = 5_000;

/** Reads from a cursor until the last known event, or until the stream has been quiet. */
async function readFrom(context: AuditContext, live: Live, ask: Partial<Ask> & { query?: string }) {
  const { query = '', ...rest } = ask;
  const answer = await context.send({
    path: context.routes.of(live.id, 'events') + query,
    accept: 'text/event-stream',
    ...rest,
  });
  given(answer.stream && isStream(answer), `there is no stream to resume: ${summaryOf(answer)}`);
  const { stream } = answer;
  const last = live.events().at(-1)?.seq ?? 0;
  await stream.until(
    () => stream.frames.some((frame) => Number(member(eventOf(frame), 'seq')) >= last),
    READ_MS,
  );
  stream.close();
  return { answer, events: stream.frames.map(eventOf).filter((event) => event !== undefined) };
}

const seqs = (events: readonly Record<string, unknown>[]) => events.map(({ seq }) => Number(seq));
const list = (numbers: readonly number[]) =>
  numbers.length === 0 ? 'nothing' : numbers.join(', ');

/** The numbers above a cursor that a reading has to begin with. */
async function expectAbove(
  context: AuditContext,
  live: Live,
  after: number,
  ask: Partial<Ask> & { query?: string },
) {
  const wanted = seqs(live.events()).filter((seq) => seq > after);
  const { answer, events } = await readFrom(context, live, ask);
  const got = seqs(events);
  must(
    wanted.every((seq, index) => got[index] === seq),
    `from cursor ${after}, ${list(got)} came instead of ${list(wanted)}`,
  );
  return { answer, events };
}

async function twoEvents(context: AuditContext): Promise<Live> {
  const live = await context.live();
  given(live.events().length >= 2, 'the log has only one event');
  return live;
}

export const resumeChecks: readonly Check[] = [
  check('P-RESUME-01', 'live', async (context) => {
    const live = await twoEvents(context);
    await expectAbove(context, live, 1, { headers: { 'last-event-id': '1' } });
  }),
  check('P-RESUME-02', 'live', async (context) => {
    await expectAbove(context, await context.live(), 0, {});
  }),
  check(
    'P-RESUME-03',
    'live',
    async (context) => {
      const live = await twoEvents(context);
      await expectAbove(context, live, 1, { query: '?after=1' });
      await expectAbove(context, live, 1, { query: '?after=0', headers: { 'last-event-id': '1' } });
    },
    ['P-RESUME-01'],
  ),
  check(
    'P-RESUME-04',
    'live',
    async (context) => {
      const live = await context.live();
      for (const cursor of ['999999', 'no-number']) {
        const { answer } = await expectAbove(context, live, 0, {
          headers: { 'last-event-id': cursor },
        });
        must(
          answer.headers.get(GAP_HEADER) === 'true',
          `the cursor ${cursor} was answered without ${GAP_HEADER}: true`,
        );
      }
      const known = await readFrom(context, live, { headers: { 'last-event-id': '0' } });
      must(
        known.answer.headers.get(GAP_HEADER) === null,
        `a known cursor was answered with ${GAP_HEADER}`,
      );
    },
    ['P-RESUME-02'],
  ),
  check('P-RESUME-05', 'live', async (context) => {
    const live = await context.live();
    const first = new Map(live.events().map((event) => [event.seq, canonical(event)]));
    const { events } = await readFrom(context, live, {});
    const page = await context.send({ path: context.routes.of(live.id, 'events') });
    const listed = member(page.json, 'events');
    for (const event of [...events, ...(Array.isArray(listed) ? listed : [])]) {
      const seq = Number(member(event, 'seq'));
      const before = first.get(seq);
      must(
        before === undefined || before === canonical(event),
        `event ${seq} was not the same when it was read again`,
      );
    }
  }),
  check('P-RESUME-06', 'live', async (context) => {
    const { id } = await context.live();
    const answer = await context.send({
      method: 'HEAD',
      path: context.routes.of(id, 'events'),
      accept: 'text/event-stream',
    });
    must(
      answer.status === 200 && isStream(answer),
      `${summaryOf(answer)}, as ${answer.headers.get('content-type')}`,
    );
  }),
];

/** The same text for the same value, whatever the order of members. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
