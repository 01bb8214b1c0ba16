import { GAP_HEADER, routesOf, type Snapshot } from '@aiw3/nft-upgrade/protocol';
import { type HttpContext, type OperationCall, queryOf } from './context.ts';
import { readCursor } from './cursor.ts';
import { streamHeaders } from './headers.ts';
import { measureStream } from './measure.ts';
import type { Slot } from './registry.ts';
import { createSession, PAGE } from './session.ts';

/** Answers with the log from the client's cursor on. The slot is the stream's from here on. */
export function openStream(context: HttpContext, call: OperationCall, snapshot: Snapshot, slot: Slot): Response {
  const { operations, timing, clock, report, gate, telemetry } = context;
  const { request, url, process, operationId } = call;
  const cursor = readCursor(request, url, snapshot.seq);
  const headers = {
    ...streamHeaders(routesOf(process, context.basePath).of(operationId, 'events')),
    ...(cursor.gap && { [GAP_HEADER]: 'true' }),
  };
  if (request.method === 'HEAD') {
    slot.release();
    return new Response(null, { headers });
  }
  const measured = measureStream(telemetry, process.name, cursor);
  const session = createSession({
    operationId,
    process,
    after: cursor.after,
    terminal: snapshot.terminal,
    signal: request.signal,
    async read(after) {
      const events = await gate(() => operations.events({ ...queryOf(call), after, limit: PAGE }));
      measured.frames(events.length);
      return events;
    },
    watch: (wake) => operations.watch(operationId, wake),
    closed(reason) {
      measured.closed(reason);
      slot.release(reason);
    },
    report,
    timing,
    clock,
  });
  slot.attach(session);
  return new Response(session.body, { headers });
}
