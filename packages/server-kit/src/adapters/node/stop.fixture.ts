// A node in a process of its own, which ends by a signal as it does in production: node
// stop.fixture.ts <database url>
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { postgres } from '../../db/postgres.ts';
import { databaseJournal } from '../../emitter/database-journal.ts';
import { createEmitter } from '../../emitter/emitter.ts';
import { stopOnSignal } from '../node.ts';

const [, , connectionString = ''] = process.argv;
const db = await postgres({ connectionString });
const journal = await databaseJournal(db);
const principal = { id: 'alice' };
const emitter = createEmitter({
  journal,
  authenticate: async () => principal,
  timing: { retryMs: 100 },
  limits: { connectionsPerPrincipal: 1_000, streamsPerOperation: 1_000, readsPerMinute: 1_000_000 },
});
const server = createServer((req, res) => {
  if (req.method === 'POST' && req.url === '/api/v1/nft/upgrade')
    void emitter.open(req, res, { process: 'upgrade', principal });
  else void emitter.serve(req, res);
});
stopOnSignal(server, emitter.handler, {
  spreadMs: 1_000,
  async stopped() {
    await emitter.stop();
    await journal.stop();
    await db.close();
  },
});
server.listen(0, '127.0.0.1', () => console.log(`port ${(server.address() as AddressInfo).port}`));
