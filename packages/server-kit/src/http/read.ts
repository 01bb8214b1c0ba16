import { GAP_HEADER } from '@aiw3/nft-upgrade/protocol';
import { negotiate } from './accept.ts';
import { type Call, type HttpContext, type OperationCall, queryOf } from './context.ts';
import { readCursor } from './cursor.ts';
import { json } from './headers.ts';
import { invalidRequest } from './problem.ts';
import { openStream } from './stream.ts';

/** `GET /{process}?active=true`: the caller's operations that have not ended. */
export async function active(
  { operations, reads }: HttpContext,
  { url, process, principal }: Call,
): Promise<Response> {
  reads.consume(principal.id);
  if (url.searchParams.get('active') !== 'true')
    throw invalidRequest('active', 'has to be true: only live operations are listed');
  return json({ operations: await operations.active({ process: process.name, principal }) });
}

/** `GET …/{id}`: the snapshot. Its `ETag` is the number of its last event. */
export async function snapshot(
  { operations, reads }: HttpContext,
  call: OperationCall,
): Promise<Response> {
  reads.consume(call.principal.id);
  const found = await operations.snapshot(queryOf(call));
  const etag = `"${found.seq}"`;
  const headers = { ETag: etag, 'Cache-Control': 'private, no-cache' };
  if (matches(call.request.headers.get('if-none-match'), etag))
    return new Response(null, { status: 304, headers });
  return json(found, { headers });
}

/**
 * `GET …/{id}/events`: the log, as a stream that stays open, or as one page for clients that poll.
 */
export async function events(context: HttpContext, call: OperationCall): Promise<Response> {
  const { operations, registry } = context;
  const { request, url, principal } = call;
  context.reads.consume(principal.id);
  if (negotiate(request.headers.get('accept')) === 'application/json') {
    const { seq, terminal } = await operations.snapshot(queryOf(call));
    const { after, gap } = readCursor(request, url, seq);
    const page = await operations.events({ ...queryOf(call), after });
    return json(
      { events: page, terminal },
      { headers: { Vary: 'Accept', ...(gap && { [GAP_HEADER]: 'true' }) } },
    );
  }
  const slot = registry.admit(principal.id, request.signal, () => context.tails.makeRoom(call));
  try {
    return openStream(context, call, await operations.snapshot(queryOf(call)), slot);
  } catch (thrown) {
    slot.release();
    throw thrown;
  }
}

/** RFC 9110, section 13.1.2: a list, compared without regard to weakness. */
const matches = (given: string | null, etag: string): boolean =>
  (given ?? '')
    .split(',')
    .some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
