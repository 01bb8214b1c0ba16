import { GAP_HEADER, routesOf, type Snapshot } from '@aiw3/nft-upgrade/protocol';
import { type HttpContext, type OperationCall, queryOf } from './context.ts';
import { readCursor } from './cursor.ts';
import { streamHeaders } from './headers.ts';
import { measureStream } from './measure.ts';
import type { Slot } from './registry.ts';
import { createSession, PAGE } from './session.ts';
import { bodyOf } from './session-body.ts';

/** Answers with the log from the client's cursor on. The slot is the stream's from here on. */
export function openStream(context: HttpContext, call: OperationCall, snapshot: Snapshot, slot: Slot): Response {
  const { operations, limits, timing, clock, report, gate, share, telemetry } = context;
  const { request, url, process, operationId, principal } = call;
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
  // What the session keeps for as long as it lives: not the request.
  const query = queryOf(call);
  const owner = `${process.name} ${operationId} ${principal.id}`;
  const session = createSession({
    operationId,
    process,
    after: cursor.after,
    terminal: snapshot.terminal,
    read: (after) => share(owner, after, () => gate(() => operations.events({ ...query, after, limit: PAGE }))),
    watch: (wake) => operations.watch(operationId, wake),
    sent: (frames) => measured.frames(frames),
    closed(reason) {
      measured.closed(reason);
      slot.release(reason);
    },
    report,
    budgetBytes: limits.streamBytes,
    timing,
    clock,
  });
  slot.attach(session);
  return new Response(bodyOf(session, request.signal), { headers });
}
