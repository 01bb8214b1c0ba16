import type { Db } from '../db/db.ts';

/** Values of the options of a command line: `--all` is true, `--limit 5` is `'5'`. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

export interface CommandContext {
  readonly db: Db;
  /** Name of the schema of the tables. */
  readonly schema: string;
  /** What follows the name of the command. */
  readonly args: readonly string[];
  readonly flags: Flags;
  /** Says what goes on meanwhile, beside the answer. */
  note(line: string): void;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** One command, as data: a new one is a file and a line in `commands/index.ts`. */
export interface Command {
  /** Words that call it: `['obligations', 'list']`. */
  readonly name: readonly string[];
  /** What follows them, for the help. */
  readonly usage?: string;
  readonly summary: string;
  /** How many arguments it takes, exactly. Default 0. */
  readonly arguments?: number;
  /** Its options, besides those that all have. */
  readonly flags?: Readonly<Record<string, { type: 'string' | 'boolean' }>>;
  /**
   * The answer: `data` is printed with `--json`, `text` without it. `exitCode` is 0 when left out.
   */
  run(context: CommandContext): Promise<{ data: unknown; text: string; exitCode?: number }>;
}
