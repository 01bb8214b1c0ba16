import { NftUpgradeError } from '../errors/index.ts';
import type { AnyProcess } from '../machine/types.ts';
import { processes as standardProcesses } from '../processes/index.ts';
import { DEFAULT_BASE_PATH } from '../protocol/routes.ts';

/** What the audit is run against, and how. */
export interface AuditOptions {
  /**
   * Bearer token of a test user who may start the process. Never shown in a report. Left out where
   * `headers` carry the credentials.
   */
  token?: string;
  /** Token of another user. Without it, ownership (P-ACCESS-02) is skipped. */
  otherToken?: string;
  /**
   * Sent with every request, for servers with other credentials. A request “without credentials”
   * leaves them out.
   */
  headers?: Readonly<Record<string, string>>;
  /**
   * Process that is started, and cancelled. Default `upgrade`. The others have no waiting point:
   * their test user may really claim, or activate, before the cancel arrives.
   */
  process?: string;
  /** Body of the start. Default: `{"targetTierId":"tier-2"}`, `{}`, `{"badgeId":"badge-1"}`. */
  input?: Readonly<Record<string, unknown>>;
  /** Default `/api/v1/nft`. */
  basePath?: string;
  /** A web origin that is on the server's allow-list. Without it, P-ACCESS-06 is skipped. */
  origin?: string;
  /** Speaks HTTP/2 over TLS (URL only). Without it, P-HTTP-05 is skipped. */
  h2?: boolean;
  /** Certificate to trust, PEM (URL only). */
  ca?: string;
  /** For one answer, milliseconds. Default 10 000. */
  timeoutMs?: number;
  /**
   * For the whole audit, milliseconds. Default 120 000. What is not done by then is reported as
   * skipped, and the audit as failed.
   */
  budgetMs?: number;
  /**
   * For a cancelled operation to end, milliseconds. Default 30 000. A handed-out burn may take
   * longer to die: the rules about ended operations are skipped then.
   */
  endMs?: number;
  /** Definitions by name. Default: upgrade, claim and badge activation. */
  processes?: Readonly<Record<string, AnyProcess>>;
}

export interface ResolvedAudit {
  readonly process: AnyProcess;
  readonly processes: Readonly<Record<string, AnyProcess>>;
  readonly input: Readonly<Record<string, unknown>>;
  readonly otherInput: Readonly<Record<string, unknown>>;
  readonly basePath: string;
  readonly credentials: Readonly<Record<string, string>>;
  readonly otherCredentials: Readonly<Record<string, string>> | null;
  readonly origin: string | null;
  readonly timeoutMs: number;
  readonly budgetMs: number;
  readonly endMs: number;
}

const inputs: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  upgrade: { targetTierId: 'tier-2' },
  claim: {},
  badge_activation: { badgeId: 'badge-1' },
};

/** @throws NftUpgradeError `invalid_option` */
export function resolveAudit(options: AuditOptions): ResolvedAudit {
  const processes: Readonly<Record<string, AnyProcess>> = options.processes ?? standardProcesses;
  const name = options.process ?? 'upgrade';
  const process = Object.hasOwn(processes, name) ? processes[name] : undefined;
  if (!process)
    throw invalid(`process: ${name} does not exist. Known: ${Object.keys(processes).join(', ')}.`);
  const input = options.input ?? inputs[name];
  if (!input) throw invalid(`input: the body of a start of ${name} is needed.`);
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  return {
    process,
    processes,
    input,
    otherInput: differing(input),
    basePath: options.basePath ?? DEFAULT_BASE_PATH,
    credentials: { ...options.headers, ...(options.token !== undefined && bearer(options.token)) },
    otherCredentials: options.otherToken === undefined ? null : bearer(options.otherToken),
    origin: options.origin ?? null,
    timeoutMs: positive('timeoutMs', options.timeoutMs ?? 10_000),
    budgetMs: positive('budgetMs', options.budgetMs ?? 120_000),
    endMs: positive('endMs', options.endMs ?? 30_000),
  };
}

/** Another body of the same shape. */
function differing(input: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const text = Object.entries(input).find(([, value]) => typeof value === 'string');
  return text
    ? { ...input, [text[0]]: `${String(text[1])}-audit` }
    : { ...input, targetTierId: 'audit-other' };
}

function positive(name: string, value: number): number {
  if (!(Number.isFinite(value) && value > 0))
    throw invalid(`${name} has to be a number of milliseconds above 0.`);
  return value;
}

const invalid = (message: string) => new NftUpgradeError('invalid_option', { message });
