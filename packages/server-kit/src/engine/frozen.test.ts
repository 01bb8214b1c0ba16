import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { afterAll, expect, it } from 'vitest';
import { postgres } from '../db/postgres.ts';
import { createService } from '../service.ts';
import { closeDatabases, testDatabaseUrl } from '../testing/databases.ts';
import { memoryChain } from '../testing/memory-chain.ts';
import { memoryContent, permissiveRules, untilStatus } from '../testing/rules.ts';

const principal = { id: 'alice', wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' };
const patient = { timeout: 60_000 };

afterAll(closeDatabases);

it('S12, I1: a process that wakes after its lease writes and sends nothing', async () => {
  const url = await testDatabaseUrl();
  const db = await postgres({ connectionString: url });
  const { chain } = memoryChain();
  const frozen = spawn(
    process.execPath,
    ['--conditions=aiw3-source', join(import.meta.dirname, 'frozen.fixture.ts'), url],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines: string[] = [];
  createInterface({ input: frozen.stdout }).on('line', (line) => {
    lines.push(line);
    if (line === 'minting') frozen.kill('SIGSTOP');
  });
  try {
    await expect.poll(() => lines, patient).toContain('minting');
    const operationId = lines.find((line) => line.startsWith('clm')) ?? '';
    const query = { process: 'claim', operationId, principal };
    const prepare = async () => {
      throw new NftUpgradeError('mint_authority_unfunded', { retryable: false });
    };
    const other = await createService({
      db,
      chain: { ...chain, mint: { ...chain.mint, prepare } },
      content: memoryContent().store,
      rules: permissiveRules('').rules,
      compensator: { settle: async () => ({ kind: 'refund' }) },
      sweepMs: 200,
      takeoverMs: 600,
      patience: { maxAttempts: 1 },
    });
    await untilStatus(other, query, ['needs_attention'], patient.timeout);
    expect((await other.obligations.compensate(operationId)).status).toBe('compensated');
    const before = await other.events({ ...query, after: 0 });
    frozen.kill('SIGCONT');
    await expect.poll(() => lines, patient).toContain('stopped');
    expect(lines.slice(lines.indexOf('awake'))).toEqual(['awake', 'stopped']);
    expect(await db.sql("select 1 from nft_upgrade.attempt where kind = 'mint'")).toEqual([]);
    expect(await other.events({ ...query, after: 0 })).toEqual(before);
    await other.stop();
  } finally {
    frozen.kill('SIGKILL');
  }
  await db.close();
});
