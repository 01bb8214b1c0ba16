import { foldAll } from '../../machine/reduce.ts';
import { type Check, check } from '../check.ts';
import type { AuditContext } from '../context.ts';
import { member, summaryOf } from '../exchange.ts';
import { given, must } from '../outcome.ts';
import { canonical } from './resume.ts';
import { readSnapshot } from './start.ts';

async function activeIds(context: AuditContext): Promise<unknown[]> {
  const answer = await context.send({ path: context.routes.active });
  const operations = member(answer.json, 'operations');
  must(
    answer.status === 200 && Array.isArray(operations),
    `${summaryOf(answer)}, without a list of operations`,
  );
  return operations.map((operation: unknown) => member(operation, 'operationId'));
}

export const readChecks: readonly Check[] = [
  check(
    'P-READ-01',
    'live',
    async (context) => {
      const live = await context.live();
      const answer = await context.send({ path: context.routes.operation(live.id) });
      must(answer.status === 200, `${summaryOf(answer)} instead of 200`);
      const snapshot = readSnapshot(context, answer.json);
      const events = (await context.log(live)).filter(({ seq }) => seq <= snapshot.seq);
      const folded = foldAll(context.options.process, events);
      given(folded && folded.seq === snapshot.seq, 'the log could not be read up to the snapshot');
      for (const [name, value] of Object.entries(folded)) {
        const got = member(snapshot, name);
        must(
          canonical(got) === canonical(value),
          `${name} of the snapshot is ${canonical(got)}, of the folded log ${canonical(value)}`,
        );
      }
    },
    ['P-EVENT-02', 'P-EVENT-03', 'P-EVENT-04', 'P-RESUME-02'],
  ),
  check('P-READ-02', 'live', async (context) => {
    const { id } = await context.waiting();
    const path = context.routes.operation(id);
    const answer = await context.send({ path });
    const etag = answer.headers.get('etag') ?? '';
    must(
      etag.replace(/^W\//, '') === `"${String(member(answer.json, 'seq'))}"`,
      `ETag is ${etag || 'missing'} at event ${String(member(answer.json, 'seq'))}`,
    );
    const again = await context.send({ path, headers: { 'if-none-match': etag } });
    must(again.status === 304, `${summaryOf(again)} instead of 304 although nothing had changed`);
  }),
  check('P-READ-03', 'live', async (context) => {
    const live = await context.live();
    const page = await context.send({ path: `${context.routes.of(live.id, 'events')}?after=1` });
    page.stream?.close();
    const events = member(page.json, 'events');
    must(
      page.status === 200 && Array.isArray(events),
      `${summaryOf(page)}, without a list of events`,
    );
    const terminal = member(page.json, 'terminal');
    must(typeof terminal === 'boolean', 'the page does not say whether the operation is terminal');
    const got = events.map((event: unknown) => Number(member(event, 'seq')));
    const wanted = live.events().flatMap(({ seq }) => (seq > 1 ? [seq] : []));
    must(
      wanted.every((seq, index) => got[index] === seq),
      `the page above 1 has ${got.join(', ') || 'nothing'} instead of ${wanted.join(', ')}`,
    );
  }),
  check('P-READ-04', 'live', async (context) => {
    const { id } = await context.waiting();
    must(
      (await activeIds(context)).includes(id),
      'the list of live operations leaves a live one out',
    );
  }),
  check('P-READ-04', 'ended', async (context) => {
    const { id } = await context.ended();
    must(
      !(await activeIds(context)).includes(id),
      'the list of live operations holds one that has ended',
    );
  }),
];
