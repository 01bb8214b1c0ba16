import type { ErrorCode } from '../errors/codes.ts';
import { NftUpgradeError } from '../errors/error.ts';
import type { Issue, Schema } from './types.ts';

/**
 * The value itself, now of a known type. @throws NftUpgradeError `code` that names the first wrong
 * field and never the value
 */
export function read<T>(schema: Schema<T>, value: unknown, code: ErrorCode = 'invalid_event'): T {
  const wrong = schema.check(value);
  if (wrong) throw new NftUpgradeError(code, { details: issueDetails(wrong) });
  return value as T;
}

/** An issue as the details of an error. */
export const issueDetails = ({ field, expected }: Issue): { field: string; expected: string } => ({
  field: field || '(root)',
  expected,
});
