import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from './config.ts';
import { facts } from './demo/facts.ts';
import { http2Fetch } from './demo/http2-fetch.ts';
import { jsonView } from './demo/json-view.ts';
import { runDemo } from './demo/run.ts';
import { terminalView } from './demo/terminal-view.ts';
import { createDemoUser } from './demo/user.ts';
import { startServer } from './server.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, once: { type: 'boolean' } },
  allowPositionals: true,
});
const once = values.once === true || !process.stdout.isTTY || Boolean(process.env.CI);
const view = values.json === true ? jsonView() : terminalView();

const began = performance.now();
const folder = join(process.env.DATA_DIR ?? '.data', `demo-${process.pid}`);
const server = await startServer(
  {
    ...readConfig({ ...process.env, DATA_DIR: folder }),
    PORT: once ? 0 : Number(process.env.PORT ?? 8443),
  },
  view.problem,
);
const http2 = http2Fetch(server.ca);
let ok = false;
try {
  const user = await createDemoUser(server.url, http2.fetch, server.cluster.airdrop);
  view.ready(server, user);
  const started = performance.now();
  const run = await runDemo(server.url, http2.fetch, user, view);
  const result = await facts(server, http2.fetch, user, run, {
    start: Math.round(started - began),
    ...run.ms,
  });
  view.result(result);
  ok = result.ok;
} finally {
  await http2.close();
  if (once || !ok) {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
if (once || !ok) process.exit(ok ? 0 : 1);
view.serving(server);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    void server.stop().finally(() => {
      rmSync(folder, { recursive: true, force: true });
      process.exit(0);
    });
  });
}
