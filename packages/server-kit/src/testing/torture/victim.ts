import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A process that is killed without a warning and comes back. */
export interface Victim {
  /** Sends SIGKILL, and starts it again. Resolves to false when it was not running. */
  kill(): Promise<boolean>;
  /** Ends it for good; first politely, when it takes `leave` for an answer. */
  end(options: { politelyMs?: number }): Promise<void>;
  /** True from the moment it says that it is. */
  readonly ready: boolean;
}

export interface VictimOptions {
  /** Path of the file to run. */
  program: string;
  environment: Record<string, string>;
  /** Sent to the process as soon as it is ready. */
  task?: object;
  onMessage?(message: unknown): void;
}

export function createVictim({ program, environment, task, onMessage }: VictimOptions): Victim {
  let child: ChildProcess;
  let ready = false;
  let ended = false;

  const launch = () => {
    ready = false;
    const launched = fork(program, [], {
      execArgv: ['--disable-warning=DEP0040'],
      env: {
        PATH: process.env.PATH ?? '',
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '',
        ...environment,
      },
      stdio: ['ignore', 'ignore', process.env.TORTURE_VERBOSE ? 'inherit' : 'ignore', 'ipc'],
    });
    child = launched;
    launched.on('message', (message) => {
      if (message !== 'ready') return onMessage?.(message);
      if (child === launched) ready = true;
      if (task) launched.send(task, () => undefined);
    });
    // A program that ends by itself, because the database was away when it started, is started
    // again like one that was killed.
    launched.once('exit', () => {
      if (!ended && child === launched)
        setTimeout(() => child === launched && !ended && launch(), 100);
    });
  };
  launch();

  return {
    get ready() {
      return ready && !ended;
    },
    async kill() {
      const doomed = child;
      if (ended || doomed.exitCode !== null || doomed.signalCode !== null) return false;
      const gone = once(doomed, 'exit');
      doomed.kill('SIGKILL');
      await gone;
      launch();
      return true;
    },
    async end({ politelyMs = 0 }) {
      ended = true;
      const leaving = child;
      if (leaving.exitCode !== null || leaving.signalCode !== null) return;
      const gone = once(leaving, 'exit');
      if (politelyMs > 0) leaving.send('leave', () => undefined);
      const timer = setTimeout(() => leaving.kill('SIGKILL'), politelyMs);
      await gone;
      clearTimeout(timer);
    },
  };
}
