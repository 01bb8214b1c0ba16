import { type ErrorCode, errorCodes, isErrorCode, NftUpgradeError } from '../errors/index.ts';
import * as s from '../schema/index.ts';
import { actorSchema, assetSchema } from './envelope.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** An error as it crosses the wire (RFC 9457), with the members of this protocol. A newer server may send a code that is not known here. */
export const problemSchema = s.loose({
  type: s.string(),
  title: s.string(),
  status: s.int(),
  detail: s.optional(s.string()),
  code: s.string(),
  retryable: s.boolean(),
  actor: actorSchema,
  hint: s.optional(s.string()),
  asset: s.optional(assetSchema),
  operationId: s.optional(s.string()),
  details: s.optional(s.record(s.unknown())),
});

export type Problem = s.InferShape<typeof problemSchema.fields>;

/** The problem that stands for an error. Causes and stacks stay behind. */
export function toProblem(error: NftUpgradeError): Problem {
  const facts = errorCodes[error.code];
  return {
    type: error.docs,
    title: facts.message,
    status: facts.status,
    detail: error.message,
    code: error.code,
    retryable: error.retryable,
    actor: error.actor,
    hint: error.hint,
    ...(error.asset === undefined ? {} : { asset: error.asset }),
    ...(error.operationId === undefined ? {} : { operationId: error.operationId }),
    ...(Object.keys(error.details).length === 0 ? {} : { details: { ...error.details } }),
  };
}

/** The error a response stands for, also when something between client and server answered with a page of its own. */
export function fromProblem(status: number, body: unknown): NftUpgradeError {
  if (problemSchema.check(body))
    return new NftUpgradeError(codeOfStatus(status), {
      message: `The server answered ${status} without a readable reason.`,
      details: { status },
    });
  const { code, detail, title, hint, retryable, asset, operationId, details } = body as Problem;
  const context = {
    message: detail ?? title,
    retryable,
    details: { ...details, status },
    ...(hint && { hint }),
    ...(asset && { asset }),
    ...(operationId && { operationId }),
  };
  return isErrorCode(code)
    ? new NftUpgradeError(code, context)
    : new NftUpgradeError(codeOfStatus(status), { ...context, details: { ...context.details, code } });
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401) return 'unauthenticated';
  if (status === 404) return 'not_found';
  if (status === 429) return 'rate_limited';
  if (status >= 500) return 'temporarily_unavailable';
  return 'invalid_request';
}
