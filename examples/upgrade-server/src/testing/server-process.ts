import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A port nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}

export interface ServerProcess {
  child: ChildProcess;
  /** Everything it printed so far. */
  output(): string;
  exited: Promise<number | null>;
  kill9(): Promise<void>;
}

/** Starts a program of this example in a process of its own. */
export function spawnProgram(
  program: 'main.ts' | 'demo.ts' | 'chain.ts',
  environment: Record<string, string>,
  args: readonly string[] = [],
): ServerProcess {
  const child = spawn(
    process.execPath,
    [
      '--conditions=aiw3-source',
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, '..', program),
      ...args,
    ],
    {
      env: {
        PATH: process.env.PATH ?? '',
        HOME: process.env.HOME ?? '',
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    output: () => lines.join('\n'),
    exited,
    async kill9() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Resolves once the server says that it serves. */
export async function serving(server: ServerProcess): Promise<void> {
  for (let tries = 0; !server.output().includes('Serving on'); tries += 1) {
    if (server.child.exitCode !== null || tries > 1_200)
      throw new Error(`The server did not start:\n${server.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
