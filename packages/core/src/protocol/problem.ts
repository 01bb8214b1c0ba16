import { type ErrorCode, errorCodes, isErrorCode } from '../errors/codes.ts';
import { isCode, NftUpgradeError } from '../errors/error.ts';
import { problemBody } from '../generated.ts';
import type { ProblemBody } from './bodies.ts';

/** Media type of a refusal (RFC 9457). */
export const PROBLEM_TYPE = 'application/problem+json';

/** The problem that stands for an error. Causes and stacks stay behind. */
export function toProblem(error: NftUpgradeError): ProblemBody {
  const facts = isErrorCode(error.code)
    ? errorCodes[error.code]
    : { message: error.code, status: 500 };
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

/**
 * The error a response stands for, also when something between client and server answered with a
 * page of its own.
 */
export function fromProblem(status: number, body: unknown, more: object = {}): NftUpgradeError {
  const problem = problemBody(body) ? (body as ProblemBody) : {};
  const {
    code,
    detail,
    title,
    hint,
    retryable,
    actor,
    asset,
    operationId,
    details,
  }: Partial<ProblemBody> = problem;
  // What is not a name is none of ours. A 401 means the same from any server on the way.
  const ours = isCode(code) && status !== 401;
  return new NftUpgradeError(ours ? code : codeOfStatus(status), {
    message: detail ?? title,
    retryable,
    actor,
    hint: hint || undefined,
    asset,
    operationId: operationId || undefined,
    details: { ...details, ...(!ours && code && { code }), status, ...more },
  });
}

const codes: { readonly [status: number]: ErrorCode } = {
  401: 'unauthenticated',
  404: 'not_found',
  429: 'rate_limited',
};

const codeOfStatus = (status: number): ErrorCode =>
  codes[status] ?? (status < 500 ? 'invalid_request' : 'temporarily_unavailable');
