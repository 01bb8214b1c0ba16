import { describe, expect, it } from 'vitest';
import { type AuditOptions, auditServer } from '../../packages/core/src/audit/index.ts';
import { protocolRules } from '../../packages/core/src/audit/rules/index.ts';
import { switches } from './fixtures/broken.ts';
import { ORIGIN, soundServer, tokens, waitingOperations } from './fixtures/server.ts';

const options: AuditOptions = { ...tokens, origin: ORIGIN, endMs: 2_000 };
const onConnection = ['P-HTTP-05', 'P-HTTP-07'];

describe('the audit of the real handler', () => {
  it.each(['upgrade', 'claim', 'badge_activation'])(
    'finds nothing wrong with %s, and leaves nothing behind',
    async (process) => {
      const handler = soundServer();
      const report = await auditServer((request) => handler.fetch(request), {
        ...options,
        process,
      });
      expect(report.findings.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
      expect(report).toMatchObject({
        ok: true,
        failed: 0,
        warnings: 0,
        complete: true,
        leftBehind: [],
      });
      await handler.drain({ timeoutMs: 100 });
      expect(handler.stats().active).toBe(0);
    },
  );

  it('looks at every rule that can be seen without a connection, in an upgrade', async () => {
    const handler = soundServer();
    const report = await auditServer((request) => handler.fetch(request), options);
    expect(
      report.findings.flatMap(({ id, verdict }) => (verdict === 'skipped' ? [id] : [])),
    ).toEqual(onConnection);
  });
});

describe.concurrent('each rule switched off makes its own audit fail, and no other', () => {
  it.each(Object.entries(switches))(
    '%s',
    { timeout: 60_000 },
    async (id, { wrap = (fetch) => fetch, operations }) => {
      const handler = soundServer(waitingOperations(operations?.()).operations);
      const report = await auditServer(
        wrap((request) => handler.fetch(request)),
        options,
      );
      const failed = report.findings.filter(({ verdict }) => verdict === 'failed');
      expect(failed.map((finding) => [finding.id, finding.id === id ? '' : finding.seen])).toEqual([
        [id, ''],
      ]);
      expect(failed[0]?.mend).not.toBe('');
      expect(failed[0]?.seen).not.toContain('expected undefined');
      expect(report.ok).toBe(failed[0]?.level === 'SHOULD');
      expect(report.leftBehind).toEqual([]);
    },
  );
});

it('has a switch for every rule that can be seen, and no other', () => {
  const seen = protocolRules.flatMap(({ id, observable }) =>
    observable && !onConnection.includes(id) ? [id] : [],
  );
  expect(new Set(Object.keys(switches))).toEqual(new Set(seen));
});
