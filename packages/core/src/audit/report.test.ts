import { describe, expect, it } from 'vitest';
import { auditServer } from './audit.ts';
import { type AuditReport, formatReport } from './report.ts';

const token = 'secret-token-123';

/** A server that gets everything wrong, and tells everybody the token. */
const parrot = async (request: Request) =>
  new Response(`<p>${request.headers.get('authorization')}</p>`, {
    status: 418,
    headers: { vary: token },
  });

describe('the report', () => {
  it('holds no token, whatever the server echoes, in any format', async () => {
    const report = await auditServer(parrot, { token, otherToken: 'another-secret' });
    expect(report.failed).toBeGreaterThan(10);
    expect(report.ok).toBe(false);
    for (const format of ['text', 'json', 'junit'] as const)
      expect(formatReport(report, format)).not.toContain(token);
    expect(formatReport(report, 'text')).toContain('[secret]');
  });

  const report: AuditReport = {
    target: 'https://api.example.com',
    process: 'upgrade',
    http: 'HTTP/2',
    findings: [
      { id: 'P-A-01', level: 'MUST', verdict: 'passed', text: 'It is.' },
      {
        id: 'P-A-02',
        level: 'MUST',
        verdict: 'failed',
        text: 'It has <to>.',
        seen: 'it "was" not',
        mend: 'Do & be.',
      },
      {
        id: 'P-A-03',
        level: 'SHOULD',
        verdict: 'failed',
        text: 'It should.',
        seen: 'it did not',
        mend: 'Do.',
      },
      { id: 'P-A-04', level: 'MUST', verdict: 'skipped', text: 'It may.', seen: 'no token' },
    ],
    failed: 1,
    warnings: 1,
    complete: true,
    leftBehind: [{ operationId: 'upg_1', status: 'cancelling' }],
    ok: false,
    ms: 1_234,
  };

  it('says in words what is broken and what to change', () => {
    expect(formatReport(report, 'text').split('\n')).toEqual([
      'https://api.example.com: upgrade over HTTP/2',
      'ok    P-A-01  It is.',
      'FAIL  P-A-02  it "was" not',
      '      rule:   It has <to>.',
      '      change: Do & be.',
      'warn  P-A-03  it did not',
      '      rule:   It should.',
      '      change: Do.',
      'skip  P-A-04  no token',
      'left behind: upg_1, cancelling',
      '1 passed, 1 failed, 1 warnings, 1 skipped, in 1234 ms',
    ]);
  });

  it('is one object for programs', () => {
    expect(JSON.parse(formatReport(report, 'json'))).toMatchObject({
      must: [
        { id: 'P-A-01', ok: true },
        { id: 'P-A-02', ok: false, seen: 'it "was" not', mend: 'Do & be.' },
      ],
      should: [{ id: 'P-A-03', ok: false }],
      skipped: [{ id: 'P-A-04', reason: 'no token' }],
      failed: 1,
    });
  });

  it('is a test suite for CI', () => {
    const xml = formatReport(report, 'junit');
    expect(xml).toContain('tests="4" failures="1" skipped="2" time="1.234"');
    expect(xml).toContain('<failure message="it &#34;was&#34; not">Do &#38; be.</failure>');
    expect(xml).not.toContain('<to>');
  });
});
