import { NftUpgradeError } from '../errors/index.ts';
import type { Check } from './check.ts';
import { stages } from './check.ts';
import { checks } from './checks/index.ts';
import { type AuditContext, createAuditContext } from './context.ts';
import { type AuditFetch, MalformedAnswer, member, textOf } from './exchange.ts';
import { type AuditOptions, resolveAudit } from './options.ts';
import { Skip, Violation } from './outcome.ts';
import { type AuditReport, type Finding, redact, type Verdict } from './report.ts';
import { type ProtocolRule, protocolRules } from './rules/index.ts';
import { http1, http2, negotiated } from './transport/node.ts';

interface CheckResult {
  readonly verdict: Verdict;
  readonly seen?: string;
}

/**
 * Checks a server against every rule of PROTOCOL.md that can be seen from outside: starts one
 * operation of a test user, looks at it from all sides, cancels it. Bounded in time. The token is
 * in no report.
 * @param target address of the server, or a function from `Request` to `Response`: a handler
 *   without a socket
 * @throws NftUpgradeError `invalid_option`, `connection_lost` when the server cannot be reached at
 *   all
 * @example
 * const report = await auditServer((request) => handler.fetch(request), { token });
 * expect(report.findings.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
 */
export async function auditServer(
  target: string | URL | AuditFetch,
  options: AuditOptions = {},
): Promise<AuditReport> {
  const began = Date.now();
  const resolved = resolveAudit(options);
  const { url, fetch, close } = open(target, options);
  const tls = typeof target !== 'function' && url.protocol === 'https:';
  const context = createAuditContext(
    resolved,
    { url, h2: options.h2 === true, alpn: tls ? () => negotiated(url, options.ca) : null },
    { origin: url.origin, fetch, credentials: resolved.credentials, timeoutMs: resolved.timeoutMs },
  );
  const seen = new Map<string, CheckResult>();
  let complete = true;
  try {
    await reach(context);
    for (const stage of stages) {
      for (const check of checks.filter((one) => one.stage === stage)) {
        const left = began + resolved.budgetMs - Date.now();
        if (left <= 0) complete = false;
        note(
          seen,
          check,
          left > 0
            ? await look(check, context, seen, left)
            : { verdict: 'skipped', seen: 'out of time' },
        );
      }
    }
    const leftBehind = await cleanUp(context);
    const findings = protocolRules
      .filter(({ observable }) => observable)
      .map((rule) => findingOf(rule, seen.get(rule.id)));
    const broken = (level: string) =>
      findings.filter((one) => one.verdict === 'failed' && one.level === level).length;
    const stuck = leftBehind.some(({ status }) => status !== 'cancelling');
    const report: AuditReport = {
      target: typeof target === 'function' ? 'a function' : url.origin,
      process: resolved.process.name,
      http: typeof target === 'function' ? 'function' : options.h2 ? 'HTTP/2' : 'HTTP/1.1',
      findings,
      failed: broken('MUST'),
      warnings: broken('SHOULD'),
      complete,
      leftBehind,
      ok: broken('MUST') === 0 && complete && !stuck,
      ms: Date.now() - began,
    };
    return redact(report, secretsOf(options));
  } finally {
    context.exchanges.close();
    close();
  }
}

function open(target: string | URL | AuditFetch, { h2 = false, ca }: AuditOptions) {
  if (typeof target === 'function')
    return { url: new URL('http://audit.local'), fetch: target, close: () => {} };
  const url = URL.canParse(target) ? new URL(target) : null;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new NftUpgradeError('invalid_option', {
      message: 'The address has to be an http or https URL.',
    });
  if (h2 && url.protocol !== 'https:')
    throw new NftUpgradeError('invalid_option', { message: 'h2 needs an https URL.' });
  const transport = h2 ? http2(url.origin, ca) : http1(ca);
  return {
    url,
    fetch: (request: Request) => transport.fetch(request),
    close: () => transport.close(),
  };
}

/** A server that is not there breaks no rule: it says so at once. */
async function reach(context: AuditContext): Promise<void> {
  try {
    await context.send({ path: context.routes.active });
  } catch (cause) {
    if (cause instanceof MalformedAnswer) return;
    throw new NftUpgradeError('connection_lost', {
      message: `The server at ${context.target.url.origin} cannot be reached.`,
      hint: 'Check the address, and the certificate where it is https.',
      cause,
    });
  }
}

async function look(
  check: Check,
  context: AuditContext,
  seen: ReadonlyMap<string, CheckResult>,
  leftMs: number,
): Promise<CheckResult> {
  const broken = check.needs?.find((id) => seen.get(id)?.verdict === 'failed');
  if (broken) return { verdict: 'skipped', seen: `cannot be seen while ${broken} is broken` };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Skip('out of time')), leftMs);
  });
  try {
    await Promise.race([check.run(context), late]);
    return { verdict: 'passed' };
  } catch (thrown) {
    if (thrown instanceof Violation) return { verdict: 'failed', seen: thrown.message };
    if (thrown instanceof Skip) return { verdict: 'skipped', seen: thrown.message };
    if (thrown instanceof MalformedAnswer)
      return { verdict: 'skipped', seen: 'cannot be seen while P-HTTP-05 is broken' };
    return {
      verdict: 'failed',
      seen: `the exchange broke off: ${thrown instanceof Error ? thrown.message : 'unknown'}`,
    };
  } finally {
    clearTimeout(timer);
  }
}

const weight: Readonly<Record<Verdict, number>> = { skipped: 0, passed: 1, failed: 2 };

/** The worst of several looks at one rule counts. */
function note(seen: Map<string, CheckResult>, { rule }: Check, result: CheckResult): void {
  const before = seen.get(rule);
  if (!before || weight[result.verdict] > weight[before.verdict]) seen.set(rule, result);
}

function findingOf(
  { id, level, text, mend }: ProtocolRule,
  found: CheckResult | undefined,
): Finding {
  const { verdict = 'skipped', seen = 'there is no check' } = found ?? {};
  return {
    id,
    level,
    verdict,
    text,
    ...(verdict !== 'passed' && { seen }),
    ...(verdict === 'failed' && { mend }),
  };
}

/** Cancels whatever was begun, and says what had not ended by then. */
async function cleanUp(context: AuditContext): Promise<AuditReport['leftBehind']> {
  const left: { operationId: string; status: string }[] = [];
  for (const operationId of context.begun) {
    try {
      const path = context.routes.operation(operationId);
      let { json } = await context.send({ path });
      if (member(json, 'terminal') !== true && member(json, 'status') !== 'cancelling') {
        await context.send({
          method: 'POST',
          path: context.routes.of(operationId, 'cancel'),
          body: {},
        });
        ({ json } = await context.send({ path }));
      }
      if (member(json, 'terminal') !== true)
        left.push({ operationId, status: textOf(json, 'status') ?? 'unknown' });
    } catch {
      left.push({ operationId, status: 'unknown' });
    }
  }
  return left;
}

const secretsOf = ({ token, otherToken, headers = {} }: AuditOptions): string[] =>
  [token, otherToken, ...Object.values(headers)].filter(
    (secret) => secret !== undefined && secret.length > 3,
  ) as string[];
