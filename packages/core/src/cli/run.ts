import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type AuditOptions, auditServer, formatReport, type ReportFormat } from '../audit/index.ts';
import { reportFormats } from '../audit/report.ts';
import { isNftUpgradeError, NftUpgradeError } from '../errors/index.ts';

export interface Output {
  out(text: string): void;
  error(text: string): void;
}

const usage = `Usage: aiw3-nft-upgrade audit <url> [options]

Checks a server against every rule of PROTOCOL.md that can be seen from outside.
It starts one operation of a test user, looks at it from all sides, and cancels it.

  --token <token>        bearer token of a test user; better in AIW3_TOKEN
  --other-token <token>  token of another user, for the rules about ownership; or AIW3_OTHER_TOKEN
  --process <name>       upgrade (default), claim or badge_activation
  --input <json>         body of the start, default {"targetTierId":"tier-2"}
  --base-path <path>     default /api/v1/nft
  --origin <origin>      a web origin that the server allows, for the rules about CORS
  --h2                   speak HTTP/2 over TLS
  --ca <file>            certificate to trust, PEM
  --budget <seconds>     for the whole audit, default 120
  --end <seconds>        for a cancelled operation to end, default 30
  --format <format>      text (default), json or junit
  --json                 the same as --format json

Exit codes: 0 all rules hold, 1 a rule is broken or time ran out, 2 it could not be run.`;

const options = {
  token: { type: 'string' },
  'other-token': { type: 'string' },
  process: { type: 'string' },
  input: { type: 'string' },
  'base-path': { type: 'string' },
  origin: { type: 'string' },
  h2: { type: 'boolean' },
  ca: { type: 'string' },
  budget: { type: 'string' },
  end: { type: 'string' },
  format: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Runs one command. Resolves with the exit code; never rejects. */
export async function runCli(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  output: Output,
): Promise<number> {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    if (values.help) {
      output.out(usage);
      return 0;
    }
    const [command, url, ...more] = positionals;
    if (command !== 'audit' || url === undefined || more.length > 0) {
      output.error(usage);
      return 2;
    }
    const format = formatOf(values.json ? 'json' : (values.format ?? 'text'));
    const report = await auditServer(url, auditOptions(values, environment));
    output.out(formatReport(report, format));
    return report.ok ? 0 : 1;
  } catch (thrown) {
    output.error(messageOf(thrown));
    return 2;
  }
}

type Values = ReturnType<
  typeof parseArgs<{ options: typeof options; allowPositionals: true }>
>['values'];

/** What is not given keeps its default. */
function auditOptions(
  values: Values,
  environment: Readonly<Record<string, string | undefined>>,
): AuditOptions {
  const given = {
    token: values.token ?? environment.AIW3_TOKEN,
    otherToken: values['other-token'] ?? environment.AIW3_OTHER_TOKEN,
    process: values.process,
    input: values.input === undefined ? undefined : jsonOf(values.input),
    basePath: values['base-path'],
    origin: values.origin,
    h2: values.h2,
    ca: values.ca === undefined ? undefined : fileOf(values.ca),
    budgetMs: msOf('budget', values.budget),
    endMs: msOf('end', values.end),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

const wrong = (message: string) => new NftUpgradeError('invalid_option', { message });

function formatOf(text: string): ReportFormat {
  const format = reportFormats.find((one) => one === text);
  if (!format) throw wrong(`--format has to be one of ${reportFormats.join(', ')}.`);
  return format;
}

function msOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (!(seconds > 0)) throw wrong(`--${name} has to be a number of seconds above 0.`);
  return seconds * 1_000;
}

function jsonOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null)
      return value as Readonly<Record<string, unknown>>;
  } catch {
    // refused below
  }
  throw wrong('--input has to be a JSON object.');
}

function fileOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw wrong('--ca names a file that cannot be read.');
  }
}

const messageOf = (thrown: unknown): string => {
  if (isNftUpgradeError(thrown)) return `${thrown.message} ${thrown.hint}`;
  return thrown instanceof Error ? thrown.message : 'unknown error';
};
