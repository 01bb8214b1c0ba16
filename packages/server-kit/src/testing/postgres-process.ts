import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { PostgresPrograms } from './postgres-programs.ts';

/** What is read of the output has to be in English. */
const env = { ...process.env, LC_ALL: 'C', LC_MESSAGES: 'C' };

/** Makes the files of a server in an empty folder. */
export async function initialise(
  { initdb, as }: PostgresPrograms,
  folder: string,
  { user, password }: { user: string; password: string },
): Promise<void> {
  const secret = `${folder}-password`;
  try {
    await writeFile(secret, `${password}\n`, { mode: 0o600 });
    if (as.uid !== undefined && as.gid !== undefined) {
      await chown(folder, as.uid, as.gid);
      await chown(secret, as.uid, as.gid);
    }
    const options = ['--auth=password', '--encoding=UTF8', '--locale=C', '--no-sync'];
    await promisify(execFile)(
      initdb,
      [`--pgdata=${folder}`, `--username=${user}`, `--pwfile=${secret}`, ...options],
      { ...as, env },
    );
  } finally {
    await rm(secret, { force: true });
  }
}

/**
 * Starts a server on a folder. Rejects when it ends, or cannot be started, before it answers. It
 * ends with this process.
 */
export async function startServer(
  { postgres, as }: PostgresPrograms,
  folder: string,
  options: readonly string[],
  onLog: (message: string) => void,
): Promise<ChildProcess> {
  const server = spawn(postgres, ['-D', folder, ...options], {
    ...as,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const orphaned = () => void server.kill('SIGKILL');
  process.once('exit', orphaned);
  server.once('exit', () => process.off('exit', orphaned));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', () => reject(new RangeError('Postgres ended before it answered.')));
    server.stderr.on('data', (data: Buffer) => {
      const message = data.toString();
      onLog(message);
      if (/ready to accept (read-only )?connections/.test(message)) resolve();
    });
  });
  return server;
}

/**
 * Ends it at once, without waiting for its clients: normally by SIGINT (`pg_ctl stop -m fast`), by
 * SIGQUIT (`-m immediate`) with a recovery at the next start.
 */
export async function stopServer(
  server: ChildProcess,
  signal: 'SIGINT' | 'SIGQUIT',
): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = once(server, 'exit');
  server.kill(signal);
  await gone;
}
