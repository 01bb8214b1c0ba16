import { startChild } from './child.ts';
import { firstFrames } from './first-frames.ts';

const here = (file: string) => new URL(file, import.meta.url);
const STREAMS = 2_000;

/** Bytes that one open stream costs its server while nothing happens. */
export async function idleBytes(kind: string, version: string): Promise<number> {
  const server = startChild(here('./server.ts'), [kind, version]);
  const clients = startChild(here('./clients.ts'));
  try {
    const port = await server.ask<number>('listen');
    const path = await server.ask<string>('open');
    const open = (count: number) =>
      clients.ask('open', {
        version,
        port,
        paths: [path],
        count,
        firstFrames: firstFrames(kind),
        numbered: false,
      });
    // What the first streams allocate once is not the price of one more; nor is what the compilers
    // allocate for hot code.
    await open(STREAMS);
    const before = await server.ask<number>('memory');
    await open(STREAMS);
    return ((await server.ask<number>('memory')) - before) / STREAMS;
  } finally {
    server.stop();
    clients.stop();
  }
}
