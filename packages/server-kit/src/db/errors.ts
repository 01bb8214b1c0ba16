import { isNftUpgradeError, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { type Trouble, troubleOfState, troubles } from './sql-states.ts';

const field = (error: unknown, name: string): string | undefined => {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
};

/**
 * The five characters of SQLSTATE when the server itself answered with an error, else undefined.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function sqlState(error: unknown): string | undefined {
  const code = field(error, 'code');
  // Node's codes are letters of any length (`EPIPE` has five): only an answer of the server also
  // has a severity.
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && field(error, 'severity') !== undefined
    ? code
    : undefined;
}

/**
 * True when a row with the same key was there first; with a name, only for that constraint or
 * index. The same for Postgres and PGlite.
 */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return (
    sqlState(error) === '23505' &&
    (constraint === undefined || field(error, 'constraint') === constraint)
  );
}

/**
 * Codes of the sockets of Node, and of the driver where it has none but a sentence: each is a way
 * of getting no answer.
 */
const socketCodes: readonly RegExp[] = [
  /^(EPIPE|ETIMEDOUT|ENOTFOUND|ENOENT|EADDRNOTAVAIL)$/,
  /^(ECONN|EAI_|EHOST|ENET|ERR_SSL|ERR_TLS|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO)/,
];
const driverSentences: readonly RegExp[] = [
  /connection terminated|timeout exceeded when trying to connect|not queryable/i,
  /query read timeout|calling end on the pool|server does not support SSL/i,
];

const sentenceIn = (message: string): string | undefined =>
  driverSentences.flatMap((pattern) => pattern.exec(message)?.[0].toLowerCase() ?? [])[0];

/**
 * What the error says of the database; null when it is about the statement, and so an error of the
 * program.
 */
export function troubleOf(error: unknown): Trouble | null {
  if (isNftUpgradeError(error)) return error.code === 'database_unavailable' ? 'gone' : null;
  const state = sqlState(error);
  if (state !== undefined) return troubleOfState(state, field(error, 'routine'));
  if (!(error instanceof Error)) return null;
  const code = field(error, 'code') ?? '';
  const unanswered =
    socketCodes.some((pattern) => pattern.test(code)) ||
    driverSentences.some((pattern) => pattern.test(error.message));
  return unanswered ? 'gone' : null;
}

/**
 * `database_unavailable` for whatever the driver threw, with what it is in `details.trouble`.
 * Carries the code and nothing else of it: some drivers put the connection string into their
 * errors, and errors are logged.
 */
export function databaseUnavailable(
  error: unknown,
  details: Readonly<Record<string, unknown>> = {},
): NftUpgradeError {
  if (isNftUpgradeError(error)) {
    return new NftUpgradeError(error.code, {
      message: error.message,
      hint: error.hint,
      retryable: error.retryable,
      details: { ...error.details, ...details },
    });
  }
  const reason =
    sqlState(error) ??
    field(error, 'code') ??
    (error instanceof Error ? sentenceIn(error.message) : undefined);
  const trouble = troubleOf(error) ?? 'gone';
  const { message, hint, retryable } = reason === '53100' ? fullDisk : troubles[trouble];
  return new NftUpgradeError('database_unavailable', {
    ...(message !== undefined && { message }),
    ...(hint !== undefined && { hint }),
    retryable,
    details: { ...(reason !== undefined && { reason }), trouble, ...details },
  });
}

const fullDisk = {
  message: 'The disk of the database is full.',
  hint: 'Make room on it; what was acknowledged is there, and work goes on by itself.',
  retryable: true,
};

/** The trouble of a `database_unavailable` that left nothing behind, for certain; else null. */
export function undoneBy(error: unknown): Trouble | null {
  if (!isNftUpgradeError(error) || error.code !== 'database_unavailable') return null;
  const { trouble } = error.details;
  return isTrouble(trouble) && troubles[trouble].again ? trouble : null;
}

const isTrouble = (value: unknown): value is Trouble =>
  typeof value === 'string' && Object.hasOwn(troubles, value);

/** For calls that come after `close()`. */
export const closedError = (): NftUpgradeError =>
  new NftUpgradeError('database_unavailable', {
    message: 'The database was closed by this process.',
    hint: 'Open it again.',
    retryable: false,
  });
