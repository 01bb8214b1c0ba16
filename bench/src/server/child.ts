import { type ChildProcess, fork } from 'node:child_process';

interface Ask {
  id: number;
  name: string;
  argument: unknown;
}
interface Answer {
  id: number;
  result?: unknown;
  error?: string;
}

/** A process of its own, so that what is measured and what measures do not share a thread. */
export interface Child {
  ask<T = void>(name: string, argument?: unknown): Promise<T>;
  stop(): void;
}

export function startChild(file: URL, args: readonly string[] = []): Child {
  const child: ChildProcess = fork(file, args, { stdio: ['ignore', 2, 2, 'ipc'] });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let next = 1;
  child.on('message', ({ id, result, error }: Answer) => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asked?.resolve(result);
    else asked?.reject(new Error(error));
  });
  child.on('exit', (code) => {
    for (const { reject } of waiting.values())
      reject(new Error(`${file.pathname} ended with ${code}.`));
  });
  return {
    ask<T>(name: string, argument?: unknown) {
      const id = next++;
      return new Promise<T>((resolve, reject) => {
        waiting.set(id, { resolve: (value) => resolve(value as T), reject });
        child.send({ id, name, argument });
      });
    },
    stop: () => void child.kill(),
  };
}

/** The other side. Ends with its parent. */
export function answerAsks(answers: Readonly<Record<string, (argument: never) => unknown>>): void {
  process.on('disconnect', () => process.exit());
  process.on('message', ({ id, name, argument }: Ask) => {
    const answer = async () => answers[name]?.(argument as never);
    answer().then(
      (result) => process.send?.({ id, result }),
      (error: unknown) => process.send?.({ id, error: String(error) }),
    );
  });
}
