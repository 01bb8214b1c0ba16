/** How much a line matters. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** One line of a log, ready to be written: what must not be seen is gone from it already. */
export interface LogRecord {
  readonly level: LogLevel;
  /** The same words for the same thing: what differs stands in the fields. */
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * Where log lines go. A throw is swallowed.
 *
 * @example const log: Log = ({ level, message, fields }) => pino[level](fields, message);
 * @example const log: Log = ({ level, message, fields }) => sails.log[level](message, fields);
 */
export type Log = (record: LogRecord) => void;
