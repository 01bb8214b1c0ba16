// A whole process between the packed client and the packed server, over HTTP: what a backend team
// and an app team have on their first day.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { createUpgradeClient } from '@aiw3/nft-upgrade';
import { createHandler, createService } from '@aiw3/nft-upgrade-server-kit';
import { toNodeHandler } from '@aiw3/nft-upgrade-server-kit/node';
import { pglite } from '@aiw3/nft-upgrade-server-kit/pglite';

const db = await pglite({ memory: true });
const badge = (badgeId, status) => ({ badge: { badgeId, name: 'Early Bird', status } });
const service = await createService({
  db,
  rules: {
    badge_activation: {
      subject: async ({ input }) => input.badgeId,
      qualify: async ({ input }) => ({ qualified: true, facts: badge(input.badgeId, 'owned') }),
      record: async ({ input }) => badge(input.badgeId, 'activated'),
    },
  },
});
const handler = createHandler(service, {
  authenticate: async (request) =>
    request.headers.get('authorization') === 'Bearer of-user-1' ? { id: 'user-1' } : null,
  timing: { heartbeatMs: 500 },
});
const server = createServer(toNodeHandler(handler));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const client = createUpgradeClient({
  baseUrl: `http://127.0.0.1:${server.address().port}`,
  getToken: async () => 'of-user-1',
});
const operation = client.badgeActivation.start({ badgeId: 'early-bird' });
const seen = [];
for await (const event of operation) seen.push(event.status);
const { status, facts } = await operation.done;

assert.equal(status, 'completed');
assert.equal(facts.badge.status, 'activated');
assert.deepEqual(seen, ['initializing', 'qualification_verified', 'updating_records', 'completed']);
assert.equal(operation.counters.posts, 1);
console.log(`${seen.join(' → ')}, one POST`);

client.close();

// The audit, as the README calls it.
const { port } = server.address();
const audit = [
  '--no-install',
  '@aiw3/nft-upgrade',
  'audit',
  `http://127.0.0.1:${port}`,
  '--process',
  'badge_activation',
  '--format',
  'json',
];
const { stdout } = await promisify(execFile)('npx', audit, {
  env: { ...process.env, AIW3_TOKEN: 'of-user-1' },
  shell: process.platform === 'win32',
});
const report = JSON.parse(stdout);
assert.deepEqual([report.ok, report.failed, report.leftBehind], [true, 0, []]);
console.log(`audit: ${report.must.filter(({ ok }) => ok).length} rules hold`);

await handler.drain?.();
server.closeAllConnections();
server.close();
await service.stop();
await db.close();
