import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { find } from './programs.ts';

/** A real Redis on 127.0.0.1 and a free port, without persistence. */
export interface TestRedis {
  readonly url: string;
  /** Ends it as a crash would. */
  kill9(): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRedis(more: readonly string[] = []): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'nft-upgrade-redis-'));
  const port = await freePort();
  let server = await launch(folder, port, more);
  const kill9 = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  };
  // A test process that is ended in the middle leaves no server behind.
  const orphaned = () => void server.kill('SIGKILL');
  process.once('exit', orphaned);
  return {
    url: `redis://127.0.0.1:${port}`,
    kill9,
    async restart() {
      await kill9();
      server = await launch(folder, port, more);
    },
    async stop() {
      process.off('exit', orphaned);
      await kill9();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A cluster of one node, which has all slots and refuses keys of several in one command. */
export async function startRedisCluster(): Promise<TestRedis> {
  const bus = String(await freePort());
  const redis = await startRedis(['--cluster-enabled', 'yes', '--cluster-port', bus]);
  const client = await createClient({ url: redis.url }).connect();
  await client.clusterAddSlotsRange({ start: 0, end: 16_383 });
  while (!(await client.clusterInfo()).includes('cluster_state:ok')) await sleep(20);
  client.destroy();
  return redis;
}

async function launch(
  folder: string,
  port: number,
  more: readonly string[],
): Promise<ChildProcess> {
  const options = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'no',
    ...more,
  ];
  const server = spawn(find('redis-server') ?? 'redis-server', options, { stdio: 'ignore' });
  for (let tries = 0; !(await answers(port)); tries += 1) {
    if (tries === 300 || server.exitCode !== null) throw new Error('redis-server did not start.');
    await sleep(50);
  }
  return server;
}

/** Resolves to true once something answers PING there. */
const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', (data) => end(data.toString().startsWith('+PONG')));
    socket.once('error', () => end(false));
    socket.setTimeout(1_000, () => end(false));
  });

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
