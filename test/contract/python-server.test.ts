import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditServer } from '../../packages/core/src/audit/index.ts';
import { createUpgradeClient, type Processes, processes } from '../../packages/core/src/index.ts';
import { mockSigning } from '../../packages/core/src/testing/index.ts';
import { describeWith, find } from '../services/programs.ts';

const folder = join(import.meta.dirname, '../../examples/python-server');
const ORIGIN = 'https://app.example.com';

describeWith('python3', 'the server in Python, written from PROTOCOL.md alone', () => {
  let child: ChildProcess;
  let url = '';

  beforeAll(async () => {
    child = spawn(find('python3') ?? 'python3', ['-B', 'server.py'], {
      cwd: folder,
      env: {
        ...process.env,
        PORT: '0',
        HEARTBEAT_MS: '400',
        TOKENS: 'alice-token=alice,bob-token=bob',
        ORIGINS: ORIGIN,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (!child.stdout) throw new Error('the program has no output');
    for await (const line of createInterface({ input: child.stdout })) {
      url = /http:\S+/.exec(line)?.[0] ?? '';
      break;
    }
  });
  afterAll(() => child?.kill('SIGKILL'));

  it.each(['upgrade', 'claim', 'badge_activation'])('passes the audit of %s', async (name) => {
    const report = await auditServer(url, {
      token: 'alice-token',
      otherToken: 'bob-token',
      origin: ORIGIN,
      process: name,
      endMs: 5_000,
    });
    expect(report.findings.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
    expect(report).toMatchObject({ ok: true, failed: 0, complete: true, leftBehind: [] });
    if (name === 'upgrade') {
      expect(
        report.findings.flatMap(({ id, verdict }) => (verdict === 'skipped' ? [id] : [])),
      ).toEqual(['P-HTTP-05', 'P-HTTP-07']);
    }
  });

  it.each([
    ['upgrade', { targetTierId: 'tier-2' }, 'completed'],
    ['upgrade', { targetTierId: 'tier-9' }, 'qualification_failed'],
    ['claim', {}, 'completed'],
    ['badge_activation', { badgeId: 'badge-1' }, 'completed'],
  ] as const)('drives the real client through %s with %j', async (name, input, end) => {
    const client = createUpgradeClient<Processes>({
      baseUrl: url,
      processes,
      getToken: () => 'alice-token',
      ...mockSigning(),
    });
    const operation = client.process(name).start(input);
    const seqs: number[] = [];
    for await (const event of operation) {
      seqs.push(event.seq);
      if (event.status === 'awaiting_burn') await operation.sign();
    }
    const last = await operation.done;
    client.close();
    expect(last.status).toBe(end);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  });
});
