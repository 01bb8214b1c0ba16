import {
  isNftUpgradeError,
  NftUpgradeError,
  PROBLEM_TYPE,
  toProblem,
} from '@aiw3/nft-upgrade/protocol';
import { json } from './headers.ts';

/** Seconds after which a refused caller may come again, where the error does not say. */
const RETRY_AFTER_S = 5;

/**
 * The answer to anything thrown. What is not one of our errors, or is one about the server's own
 * set-up, is answered as `internal`: its message is for the log of the host only. Whatever was not
 * found has one and the same answer, so that nobody can tell it from what belongs to another user.
 */
export function problemResponse(thrown: unknown): Response {
  const error = publicError(thrown);
  const problem = toProblem(error);
  const headers: Record<string, string> = { 'Content-Type': PROBLEM_TYPE };
  if (problem.status === 401) headers['WWW-Authenticate'] = 'Bearer';
  if (Array.isArray(error.details.allow)) headers.Allow = error.details.allow.join(', ');
  if (problem.status === 429 || problem.status === 503)
    headers['Retry-After'] = String(retryAfterOf(error));
  return json(problem, { status: problem.status, headers });
}

/**
 * True for errors that are reported to the host: the caller can do nothing about them. Refusals
 * under load are meant, and counted elsewhere.
 */
export const isServerFault = (thrown: unknown): boolean =>
  !isNftUpgradeError(thrown) || (toProblem(thrown).status >= 500 && !isMeant(thrown));

const isMeant = ({ details }: NftUpgradeError): boolean => details.retryAfterMs !== undefined;

/** A refusal that ends by itself after `ms` milliseconds. */
export const later = (
  code: 'rate_limited' | 'temporarily_unavailable',
  message: string,
  ms: number,
): NftUpgradeError =>
  new NftUpgradeError(code, { message, details: { retryAfterMs: Math.ceil(ms) } });

export const invalidRequest = (field: string, problem: string): NftUpgradeError =>
  new NftUpgradeError('invalid_request', {
    message: `${field}: ${problem}.`,
    details: { field, problem },
  });

function publicError(thrown: unknown): NftUpgradeError {
  if (!isNftUpgradeError(thrown)) return new NftUpgradeError('internal');
  const { status } = toProblem(thrown);
  if (thrown.code === 'not_found') return new NftUpgradeError('not_found');
  if (status === 500) return new NftUpgradeError('internal', idOf(thrown));
  // What a provider or a database said may name hosts; the code says enough.
  if (status > 500 && !isMeant(thrown)) return new NftUpgradeError(thrown.code, idOf(thrown));
  return thrown;
}

const idOf = ({ operationId, asset, retryable }: NftUpgradeError) => ({
  retryable,
  ...(operationId !== undefined && { operationId }),
  ...(asset !== undefined && { asset }),
});

function retryAfterOf(error: NftUpgradeError): number {
  const ms = error.details.retryAfterMs;
  return typeof ms === 'number' ? Math.max(1, Math.ceil(ms / 1000)) : RETRY_AFTER_S;
}
