import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that is killed or frozen without a warning, and comes back. */
export interface Victim {
  /** Sends SIGKILL, and starts it again. Resolves to false when it was not running. */
  kill(): Promise<boolean>;
  /** Sends SIGSTOP, and SIGCONT after so many milliseconds, if it still lives. */
  freeze(ms: number): Promise<void>;
  /** Ends it politely, within so many milliseconds, and starts another program in its place. */
  replace(program: string, politelyMs: number): Promise<void>;
  /** Ends it for good; first politely, when it takes `leave` for an answer. */
  end(options: { politelyMs?: number }): Promise<void>;
  send(message: object): void;
  /** True from the moment it says that it is, but for the time that it is frozen. */
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
  let running = program;
  let child: ChildProcess;
  let ready = false;
  let frozen = false;
  let ended = false;

  const launch = () => {
    ready = false;
    frozen = false;
    const launched = fork(running, [], {
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
  const isGone = ({ exitCode, signalCode }: ChildProcess) =>
    exitCode !== null || signalCode !== null;
  const leave = async (leaving: ChildProcess, politelyMs: number) => {
    if (isGone(leaving)) return;
    const gone = once(leaving, 'exit');
    if (politelyMs > 0) leaving.send('leave', () => undefined);
    const timer = setTimeout(() => leaving.kill('SIGKILL'), politelyMs);
    await gone;
    clearTimeout(timer);
  };
  launch();

  return {
    get ready() {
      return ready && !frozen && !ended;
    },
    send(message) {
      child.send(message, () => undefined);
    },
    async kill() {
      const doomed = child;
      if (ended || isGone(doomed)) return false;
      const gone = once(doomed, 'exit');
      doomed.kill('SIGKILL');
      await gone;
      launch();
      return true;
    },
    async freeze(ms) {
      const cold = child;
      frozen = true;
      cold.kill('SIGSTOP');
      await sleep(ms);
      cold.kill('SIGCONT');
      if (child === cold) frozen = false;
    },
    async replace(next, politelyMs) {
      const leaving = child;
      running = next;
      ready = false;
      await leave(leaving, politelyMs);
      if (child === leaving) launch();
    },
    async end({ politelyMs = 0 }) {
      ended = true;
      await leave(child, politelyMs);
    },
  };
}
