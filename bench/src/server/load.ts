import { startChild } from './child.ts';

const here = (file: string) => new URL(file, import.meta.url);

export interface Load {
  streams: number;
  rssMiB: number;
  p99Ms: number;
  frames: number;
  lost: number;
}

/** Holds so many streams in one process while upgrades run, and counts what arrives. */
export async function load(
  version: string,
  streams: number,
  operations: number,
  rounds: number,
): Promise<Load> {
  const server = startChild(here('./server.ts'), ['ours', version]);
  const clients = startChild(here('./clients.ts'));
  try {
    const port = await server.ask<number>('listen');
    const paths: string[] = [];
    for (let made = 0; made < operations; made += 1) paths.push(await server.ask<string>('open'));
    await clients.ask('open', {
      version,
      port,
      paths,
      count: streams,
      firstFrames: 2,
      numbered: true,
    });
    await server.ask('watchDelay');
    for (let round = 1; round <= rounds; round += 1) {
      await server.ask('emit');
      await clients.ask('untilFrames', streams * (2 + round));
    }
    const pressure = await server.ask<{ p99Ms: number; rssMiB: number }>('pressure');
    await server.ask('end');
    const { frames, lost } = await clients.ask<{ frames: number; lost: number }>(
      'untilEnded',
      streams,
    );
    const missing = streams * (3 + rounds) - frames;
    return { streams, ...pressure, frames, lost: lost + missing };
  } finally {
    server.stop();
    clients.stop();
  }
}
