import {
  type AnyProcess,
  IDEMPOTENCY_HEADER,
  idempotencyKeyPattern,
  issueDetails,
  routesOf,
} from '@aiw3/nft-upgrade/protocol';
import { faultOf } from '../text.ts';
import { negotiate } from './accept.ts';
import { readJson } from './body.ts';
import { bodyLimits, type Call, type HttpContext } from './context.ts';
import { json } from './headers.ts';
import type { StartRequest } from './operations.ts';
import { invalidRequest } from './problem.ts';
import { openStream } from './stream.ts';

/**
 * `POST /{process}`: starts, or joins what the same key or the same NFT has started. A stream, or
 * 202 with the snapshot.
 */
export async function start(context: HttpContext, call: Call): Promise<Response> {
  const { operations, registry } = context;
  const { request, process, principal, protocol } = call;
  const type = negotiate(request.headers.get('accept'));
  context.starts.consume(principal.id);
  const idempotencyKey = readKey(request);
  const input = readInput(process, await readJson(request, bodyLimits(context)));
  const begin: StartRequest = {
    process: process.name,
    principal,
    protocol,
    input,
    idempotencyKey,
    traceparent: request.headers.get('traceparent'),
  };

  if (type === 'application/json') {
    const { snapshot } = await operations.start(begin);
    const location = routesOf(process, context.basePath).operation(snapshot.operationId);
    return json(snapshot, {
      status: 202,
      headers: { Location: location, 'Content-Location': location, Vary: 'Accept' },
    });
  }
  // First a place for the stream, then the operation: a start that is refused must not have
  // happened.
  const slot = registry.admit(principal.id, request.signal);
  try {
    const { snapshot } = await operations.start(begin);
    return openStream(context, { ...call, operationId: snapshot.operationId }, snapshot, slot);
  } catch (thrown) {
    slot.release();
    throw thrown;
  }
}

function readKey(request: Request): string | null {
  const key = request.headers.get(IDEMPOTENCY_HEADER);
  if (key !== null && !idempotencyKeyPattern.test(key))
    throw invalidRequest(IDEMPOTENCY_HEADER, 'has to be 8 to 128 visible ASCII characters');
  return key;
}

function readInput(process: AnyProcess, body: unknown): Readonly<Record<string, unknown>> {
  const fault = faultOf(body);
  if (fault) throw invalidRequest(fault.field || '(root)', fault.problem);
  const wrong = process.input.check(body);
  if (!wrong) return body as Readonly<Record<string, unknown>>;
  const { field, expected } = issueDetails(wrong);
  throw invalidRequest(field, `expected ${expected}`);
}
