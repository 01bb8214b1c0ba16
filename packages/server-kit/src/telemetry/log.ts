import { isNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Log, LogLevel } from '../ports/log.ts';
import { redact, redactText } from './redact.ts';

type LogWrite = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** A log that redacts and never throws: what the parts of the kit write to. */
export interface Logger extends Readonly<Record<LogLevel, LogWrite>> {
  /**
   * An error that was handled: a warning when the same may succeed later, an error when somebody
   * has to do something.
   */
  failure(message: string, error: unknown, fields?: Readonly<Record<string, unknown>>): void;
}

export function createLogger(log: Log | undefined): Logger {
  const at =
    (level: LogLevel): LogWrite =>
    (message, fields = {}) => {
      if (!log) return;
      try {
        log({
          level,
          message: redactText(message),
          fields: redact(fields) as Record<string, unknown>,
        });
      } catch {
        // A log that throws must not touch an operation.
      }
    };
  const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return {
    ...logger,
    failure(message, error, fields) {
      const level = isNftUpgradeError(error) && error.retryable ? 'warn' : 'error';
      logger[level](message, { ...fields, error });
    },
  };
}

/** Log lines as JSON, one a line, for whatever collects the output of a process. */
export const jsonLog =
  (write: (line: string) => void = console.log, now: () => number = Date.now): Log =>
  ({ level, message, fields }) =>
    write(JSON.stringify({ ...fields, time: new Date(now()).toISOString(), level, message }));
