import { type ErrorCode, errorCodes } from '@aiw3/nft-upgrade/protocol';

/**
 * Adds new error codes to the lock and keeps all old entries as they are, so that a code that was
 * renamed, removed or given another meaning is seen by the test beside it.
 */
export function codesLock(present: string): string {
  const lock = (present ? JSON.parse(present) : {}) as Record<string, unknown>;
  for (const code of Object.keys(errorCodes) as ErrorCode[]) {
    const { actor, retryable, status } = errorCodes[code];
    lock[code] ??= { actor, retryable, status };
  }
  const lines = Object.entries(lock).map(
    ([code, facts]) => `  ${JSON.stringify(code)}: ${JSON.stringify(facts)}`,
  );
  return `{\n${lines.join(',\n')}\n}\n`;
}
