import { median } from '../suite.ts';
import { type Child, startChild } from './child.ts';
import { firstFrames } from './first-frames.ts';

const here = (file: string) => new URL(file, import.meta.url);
const STREAMS = 1_000;
const ROUNDS = 60;
/** The first rounds are for the compilers. */
const WARM_UP = 10;

interface Contender {
  name: string;
  server: Child;
  clients: Child;
  frames: number;
  wallMs: number[];
  cpuMs: number[];
}

export interface FanOut {
  name: string;
  /** From the event until every client has it, milliseconds. */
  wallMs: number;
  /** Time of the server's processor for one event to all streams, milliseconds. */
  cpuMs: number;
}

/** One event to a thousand streams, in turns, so that other load hits all contenders alike. */
export async function fanOut(names: readonly string[]): Promise<FanOut[]> {
  const contenders = await Promise.all(names.map(start));
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const one of contenders) {
        const before = await one.server.ask<number>('cpu');
        const startedAt = performance.now();
        one.frames += STREAMS;
        await Promise.all([one.clients.ask('untilFrames', one.frames), one.server.ask('emit')]);
        const wall = performance.now() - startedAt;
        const cpu = (await one.server.ask<number>('cpu')) - before;
        if (round < WARM_UP) continue;
        one.wallMs.push(wall);
        one.cpuMs.push(cpu);
      }
    }
    return contenders.map(({ name, wallMs, cpuMs }) => ({
      name,
      wallMs: median(wallMs),
      cpuMs: median(cpuMs),
    }));
  } finally {
    for (const { server, clients } of contenders) {
      server.stop();
      clients.stop();
    }
  }
}

async function start(name: string): Promise<Contender> {
  const server = startChild(here('./server.ts'), [name, 'http/1.1']);
  const clients = startChild(here('./clients.ts'));
  const port = await server.ask<number>('listen');
  const path = await server.ask<string>('open');
  await clients.ask('open', {
    version: 'http/1.1',
    port,
    paths: [path],
    count: STREAMS,
    firstFrames: firstFrames(name),
    numbered: false,
  });
  const frames = await clients.ask<number>('frames');
  return { name, server, clients, frames, wallMs: [], cpuMs: [] };
}
