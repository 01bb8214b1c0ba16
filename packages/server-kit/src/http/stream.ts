import { GAP_HEADER, routesOf, type Snapshot } from '@aiw3/nft-upgrade/protocol';
import type { HttpContext, OperationCall } from './context.ts';
import { readCursor } from './cursor.ts';
import { streamHeaders } from './headers.ts';
import type { Slot } from './registry.ts';
import { Session } from './session.ts';
import { bodyOf } from './session-body.ts';

/** Answers with the log from the client's cursor on. The slot is the stream's from here on. */
export function openStream(
  context: HttpContext,
  call: OperationCall,
  snapshot: Snapshot,
  slot: Slot,
): Response {
  const { request, url, process, operationId, principal, protocol } = call;
  const cursor = readCursor(request, url, snapshot.seq);
  const headers = {
    ...streamHeaders(routesOf(process, context.basePath).of(operationId, 'events')),
    ...(cursor.gap && { [GAP_HEADER]: 'true' }),
  };
  if (request.method === 'HEAD') {
    slot.release();
    return new Response(null, { headers });
  }
  const tail = context.tails.of({ process, operationId, principal });
  if (snapshot.terminal) tail.ended = true;
  tail.counts.opened(cursor);
  const session = new Session(tail, slot, cursor.after, protocol);
  slot.attach(session);
  return new Response(bodyOf(session, request.signal), { headers });
}
