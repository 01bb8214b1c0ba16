import { NftUpgradeError } from '../errors/index.ts';
import type { ProtocolRule } from './rules/index.ts';

/** What became of a rule. `skipped`: it could not be tried on this server. */
export type Verdict = 'passed' | 'failed' | 'skipped';

/** What became of one rule. */
export interface Finding {
  readonly id: string;
  readonly level: ProtocolRule['level'];
  readonly verdict: Verdict;
  readonly text: string;
  /** What was seen, or why nothing was. */
  readonly seen?: string;
  /** What to change; for failures. */
  readonly mend?: string;
}

/** What an audit found: one finding a rule, in the order of the specification. */
export interface AuditReport {
  readonly target: string;
  readonly process: string;
  readonly http: 'HTTP/1.1' | 'HTTP/2' | 'function';
  readonly findings: readonly Finding[];
  /** MUSTs that are broken. */
  readonly failed: number;
  /** SHOULDs that are not followed. */
  readonly warnings: number;
  /** True when every rule was reached in time. */
  readonly complete: boolean;
  /**
   * Operations that were begun and had not ended when the audit did. One that is `cancelling` ends
   * by itself.
   */
  readonly leftBehind: readonly { readonly operationId: string; readonly status: string }[];
  /**
   * True when nothing failed, nothing ran out of time, and nothing was left behind that does not
   * end by itself.
   */
  readonly ok: boolean;
  /** Milliseconds. */
  readonly ms: number;
}

/** How a report is written: for people, for programs, for a CI server. */
export type ReportFormat = 'text' | 'json' | 'junit';
export const reportFormats: readonly ReportFormat[] = ['text', 'json', 'junit'];

/** @throws NftUpgradeError `invalid_option` */
export function formatReport(report: AuditReport, format: ReportFormat): string {
  if (format === 'json') return JSON.stringify(asJson(report));
  if (format === 'junit') return asJunit(report);
  if (format === 'text') return asText(report);
  throw new NftUpgradeError('invalid_option', {
    message: `format has to be one of ${reportFormats.join(', ')}.`,
  });
}

function asJson({ findings, ...rest }: AuditReport) {
  const of = (level: string) =>
    findings
      .filter((finding) => finding.level === level && finding.verdict !== 'skipped')
      .map(({ id, verdict, seen, mend }) => ({
        id,
        ok: verdict === 'passed',
        ...(verdict === 'failed' && { seen, mend }),
      }));
  const skipped = findings
    .filter(({ verdict }) => verdict === 'skipped')
    .map(({ id, seen }) => ({ id, reason: seen }));
  return { ...rest, must: of('MUST'), should: of('SHOULD'), skipped };
}

const signs: Readonly<Record<Verdict, string>> = {
  passed: 'ok  ',
  failed: 'FAIL',
  skipped: 'skip',
};

const isWarning = ({ verdict, level }: Pick<Finding, 'verdict' | 'level'>): boolean =>
  verdict === 'failed' && level === 'SHOULD';

function asText(report: AuditReport): string {
  const lines = report.findings.flatMap(({ id, level, verdict, text, seen, mend }) => [
    [
      isWarning({ verdict, level }) ? 'warn' : signs[verdict],
      id,
      verdict === 'passed' ? text : (seen ?? text),
    ].join('  '),
    ...(verdict === 'failed' ? [`      rule:   ${text}`, `      change: ${mend ?? ''}`] : []),
  ]);
  const count = (verdict: Verdict) =>
    report.findings.filter((finding) => finding.verdict === verdict).length;
  return [
    `${report.target}: ${report.process} over ${report.http}`,
    ...lines,
    ...report.leftBehind.map(({ operationId, status }) => `left behind: ${operationId}, ${status}`),
    `${count('passed')} passed, ${report.failed} failed, ${report.warnings} warnings, ` +
      `${count('skipped')} skipped, in ${report.ms} ms${report.complete ? '' : '; out of time'}`,
  ].join('\n');
}

const escapeXml = (text: string) =>
  text.replace(/[<>&"']/g, (sign) => `&#${sign.charCodeAt(0)};`).replace(/[^\t\n\r -\uFFFD]/g, '');

function asJunit(report: AuditReport): string {
  const cases = report.findings.map(({ id, verdict, level, text, seen, mend }) => {
    const head = `  <testcase classname="protocol" name="${escapeXml(`${id} ${text}`)}"`;
    if (verdict === 'passed') return `${head}/>`;
    if (verdict === 'skipped' || isWarning({ verdict, level }))
      return `${head}><skipped message="${escapeXml(seen ?? '')}"/></testcase>`;
    const message = escapeXml(seen ?? '');
    const failure = `<failure message="${message}">${escapeXml(mend ?? '')}</failure>`;
    return `${head}>${failure}</testcase>`;
  });
  const skipped = report.findings.filter(
    (finding) => finding.verdict === 'skipped' || isWarning(finding),
  ).length;
  const totals =
    `tests="${cases.length}" failures="${report.failed}" ` +
    `skipped="${skipped}" time="${report.ms / 1000}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="${escapeXml(`${report.process} at ${report.target}`)}" ${totals}>`,
    ...cases,
    '</testsuite>',
  ].join('\n');
}

/** The same report with secrets taken out wherever they stand: a server may echo them. */
export function redact(report: AuditReport, secrets: readonly string[]): AuditReport {
  const hide = (value: unknown): unknown => {
    if (typeof value === 'string')
      return secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), value);
    if (Array.isArray(value)) return value.map(hide);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hide(inner)]));
  };
  return hide(report) as AuditReport;
}
