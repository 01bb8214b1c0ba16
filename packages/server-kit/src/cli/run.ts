import { parseArgs } from 'node:util';
import { isNftUpgradeError, NftUpgradeError, toNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Db } from '../db/db.ts';
import { inSchema } from '../db/in-schema.ts';
import { pglite } from '../db/pglite.ts';
import { postgres } from '../db/postgres.ts';
import type { Command } from './command.ts';
import { commands } from './commands/index.ts';

/** What the command line takes from around it; tests bring their own. */
export interface CliEnvironment {
  environment?: Readonly<Record<string, string | undefined>>;
  /** Where answers go. Default: stdout. */
  out?(line: string): void;
  /** Where complaints go. Default: stderr. */
  err?(line: string): void;
}

/** @deprecated It is `CliEnvironment`. */
export type CliSurroundings = CliEnvironment;

const shared = {
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  folder: { type: 'string' },
  schema: { type: 'string' },
} as const;

/**
 * The command line `nft-upgrade`, as a function. Needs DATABASE_URL and nothing else: no keys, no
 * RPC address, no code of the host. Resolves with the exit code: 0 done, 1 refused or failed, 2
 * called in a wrong way.
 */
export async function run(
  argv: readonly string[],
  { environment = process.env, out = console.log, err = console.error }: CliEnvironment = {},
): Promise<number> {
  const words = argv.filter((word) => !word.startsWith('-'));
  const command = commands.find(({ name }) => name.every((word, index) => words[index] === word));
  if (!command) {
    const asked = argv.length === 0 || argv.includes('--help') || argv.includes('-h');
    (asked ? out : err)(asked ? help() : `There is no such command.\n\n${help()}`);
    return asked ? 0 : 2;
  }
  let db: Db | undefined;
  try {
    const { values, positionals } = parse(command, argv);
    if (values.help === true) {
      out(usageOf(command));
      return 0;
    }
    const args = positionals.slice(command.name.length);
    if (args.length !== (command.arguments ?? 0)) {
      err(usageOf(command));
      return 2;
    }
    const schema = String(values.schema ?? environment.NFT_UPGRADE_SCHEMA ?? 'nft_upgrade');
    db = await open(environment, typeof values.folder === 'string' ? values.folder : undefined);
    const {
      data,
      text,
      exitCode = 0,
    } = await command.run({
      db: inSchema(db, schema),
      schema,
      note: err,
      args,
      flags: values,
      environment,
    });
    out(values.json === true ? JSON.stringify(data) : text);
    return exitCode;
  } catch (thrown) {
    const error = explain(thrown);
    if (argv.includes('--json')) out(JSON.stringify({ error: error.toJSON() }));
    else err(`${error.message} ${error.hint} (${error.code})`);
    return error.code === 'invalid_option' ? 2 : 1;
  } finally {
    await db?.close();
  }
}

function parse(command: Command, argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: { ...shared, ...command.flags },
      allowPositionals: true,
    });
  } catch (thrown) {
    throw new NftUpgradeError('invalid_option', {
      message: thrown instanceof Error ? thrown.message : 'Unknown option.',
      hint: usageOf(command),
    });
  }
}

function open(
  environment: Readonly<Record<string, string | undefined>>,
  folder: string | undefined,
): Promise<Db> {
  if (folder !== undefined) return pglite({ folder });
  if (environment.DATABASE_URL)
    return postgres({ connectionString: environment.DATABASE_URL, max: 2 });
  throw new NftUpgradeError('invalid_option', {
    message: 'DATABASE_URL is not set.',
    hint:
      'Set it to the Postgres of your servers, or name an embedded database that no process ' +
      'uses with --folder.',
    details: { missing: 'DATABASE_URL' },
  });
}

/**
 * A database without our tables is the one mistake that the driver tells in its own words. SQLSTATE
 * 42P01: undefined table; 42703: undefined column.
 */
function explain(thrown: unknown): NftUpgradeError {
  const state =
    typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
  if (!isNftUpgradeError(thrown) && (state === '42P01' || state === '42703')) {
    return new NftUpgradeError('missing_capability', {
      message: 'This database does not have the tables of this version.',
      hint: 'Run nft-upgrade migrate, or check DATABASE_URL.',
    });
  }
  return toNftUpgradeError(thrown, 'internal');
}

const usageOf = ({ name, usage = '', summary }: Command): string =>
  `nft-upgrade ${[...name, usage].join(' ').trim()}\n  ${summary}`;

const help = (): string =>
  [
    'nft-upgrade <command> [--json] [--folder <PGlite folder>] [--schema nft_upgrade]',
    '',
    ...commands.map((command) => usageOf(command)),
    '',
    'DATABASE_URL leads to the database.',
  ].join('\n');
