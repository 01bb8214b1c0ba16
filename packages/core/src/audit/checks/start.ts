import { parseSnapshot } from '../../protocol/snapshot.ts';
import { type Check, check } from '../check.ts';
import { type AuditContext, freshKey } from '../context.ts';
import { isStream, summaryOf, textOf } from '../exchange.ts';
import { eventOf } from '../frames.ts';
import { given, must, wrongIn } from '../outcome.ts';
import { refused } from './requests.ts';

/** Repeats the start with a key, and says which operation it led to. */
async function operationOf(context: AuditContext, key: string): Promise<string> {
  const answer = await context.start({ headers: { 'idempotency-key': key } });
  const event = answer.stream?.frames.map(eventOf).find((one) => one !== undefined);
  answer.stream?.close();
  must(answer.status === 200, `${summaryOf(answer)} when it was repeated`);
  given(event, 'the repeated start showed no event');
  return String(event.operationId);
}

export const startChecks: readonly Check[] = [
  check('P-START-01', 'live', async (context) => {
    const answer = await context.firstAnswer();
    must(
      answer.status === 200,
      `${summaryOf(answer)} instead of 200: ${textOf(answer.json, 'detail') ?? ''}`,
    );
    must(
      isStream(answer) && answer.stream,
      `the content type is ${answer.headers.get('content-type')}`,
    );
    const first = answer.stream.frames.map(eventOf).find((event) => event !== undefined);
    must(first !== undefined, 'no event came');
    must(
      first.seq === 1 || first.seq === undefined,
      `the log began with event ${String(first.seq)}`,
    );
  }),
  check('P-START-02', 'live', async (context) => {
    const { answer, id } = await context.live();
    const location = answer.headers.get('content-location') ?? '';
    must(location !== '', 'there was no Content-Location');
    const { pathname } = new URL(location, 'http://audit.invalid');
    must(
      pathname === context.routes.of(id, 'events'),
      `Content-Location is ${location}, the operation ${id}`,
    );
  }),
  check('P-START-03', 'live', async (context) => {
    await context.waiting();
    const answer = await context.start({
      accept: 'application/json',
      headers: { 'idempotency-key': context.key },
    });
    answer.stream?.close();
    must(answer.status === 202, `${summaryOf(answer)} instead of 202`);
    const { operationId } = readSnapshot(context, answer.json);
    const { pathname } = new URL(answer.headers.get('location') ?? '', 'http://audit.invalid');
    must(
      pathname === context.routes.operation(operationId),
      `Location is ${answer.headers.get('location')}, the operation ${operationId}`,
    );
  }),
  ...(['live', 'ended'] as const).map((stage) =>
    check('P-START-04', stage, async (context) => {
      const { id } = await (stage === 'live' ? context.waiting() : context.ended());
      const again = await operationOf(context, context.key);
      must(again === id, `the repeated start made ${again} beside ${id}`);
    }),
  ),
  check('P-START-05', 'live', async (context) => {
    await context.waiting();
    const answer = await context.start({
      body: context.options.otherInput,
      headers: { 'idempotency-key': context.key },
    });
    refused(answer, 409, 'idempotency_conflict');
  }),
  check('P-START-07', 'live', async (context) => {
    const { id } = await context.waiting();
    const other = await operationOf(context, freshKey());
    must(other === id, `a second start about the same subject made ${other} beside ${id}`);
  }),
];

/** @throws Violation */
export function readSnapshot(context: AuditContext, value: unknown) {
  try {
    return parseSnapshot(context.options.process, value);
  } catch (thrown) {
    must(false, `the snapshot is wrong: ${wrongIn(thrown)}`);
  }
}
