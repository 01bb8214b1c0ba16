import { isNftUpgradeError, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';

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
 * 08 connection exception; 57P01–57P03 shut down, crashed, starting up; 53300 too many connections;
 * 53100 disk full, 53200 out of memory, 58030 input or output error.
 */
const unavailable = /^(08...|57P0[123]|53[123]00|58030)$/;

/** 28 wrong user or password, 3D000 no such database: waiting does not help. */
const refused = /^(28...|3D000)$/;

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
 * True when the error means that no answer was had, rather than that the statement was answered
 * with an error.
 */
export function isConnectionFailure(error: unknown): boolean {
  if (isNftUpgradeError(error)) return error.code === 'database_unavailable';
  const state = sqlState(error);
  if (state !== undefined) return unavailable.test(state) || refused.test(state);
  if (!(error instanceof Error)) return false;
  const code = field(error, 'code') ?? '';
  return (
    socketCodes.some((pattern) => pattern.test(code)) ||
    driverSentences.some((pattern) => pattern.test(error.message))
  );
}

/**
 * `database_unavailable` for whatever the driver threw. Carries the code and nothing else of it:
 * some drivers put the connection string into their errors, and errors are logged.
 */
export function databaseUnavailable(
  error: unknown,
  details: Readonly<Record<string, unknown>> = {},
): NftUpgradeError {
  if (isNftUpgradeError(error)) {
    return new NftUpgradeError(error.code, {
      message: error.message,
      hint: error.hint,
      details: { ...error.details, ...details },
    });
  }
  const reason =
    sqlState(error) ??
    field(error, 'code') ??
    (error instanceof Error ? sentenceIn(error.message) : undefined);
  const wrongLogin = refused.test(reason ?? '');
  return new NftUpgradeError('database_unavailable', {
    ...(reason === '53100' && {
      message: 'The disk of the database is full.',
      hint: 'Make room on it; what was acknowledged is there, and work goes on by itself.',
    }),
    ...(wrongLogin && {
      message: 'The database refused the connection.',
      hint: 'Check user, password and database name in the connection string.',
      retryable: false,
    }),
    details: { ...(reason !== undefined && { reason }), ...details },
  });
}

/** For calls that come after `close()`. */
export const closedError = (): NftUpgradeError =>
  new NftUpgradeError('database_unavailable', {
    message: 'The database was closed by this process.',
    hint: 'Open it again.',
    retryable: false,
  });
