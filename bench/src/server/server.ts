// The measured side, in a process of its own: node server.ts <kind> <http/1.1 | h2>
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { answerAsks } from './child.ts';
import { kinds } from './kinds.ts';

const [, , name = '', version = ''] = process.argv;
const kind = kinds[name]?.();
if (!kind) throw new Error(`Unknown kind: ${name}`);

const server =
  version === 'h2'
    ? createHttp2Server(
        { settings: { maxConcurrentStreams: 100_000 }, maxSessionMemory: 10_000 },
        kind.listener,
      )
    : createServer({ keepAliveTimeout: 0 }, kind.listener);
const delay = monitorEventLoopDelay({ resolution: 10 });

answerAsks({
  // All of 127.0.0.0/8: one address has too few ports for many connections.
  listen: () =>
    new Promise((resolve) =>
      server.listen({ port: 0, host: '0.0.0.0', backlog: 4_096 }, () =>
        resolve((server.address() as AddressInfo).port),
      ),
    ),
  open: () => kind.open(),
  emit: () => kind.emit(),
  end: () => kind.end(),
  /** Time of the processor so far, milliseconds. */
  cpu() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
  /**
   * Bytes in use by JavaScript and its buffers, collected until the number stops falling:
   * finalizers run between collections, and free what the next one finds.
   */
  async memory() {
    let least = Number.POSITIVE_INFINITY;
    for (let rounds = 0; rounds < 6; rounds += 1) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 50));
      const { heapUsed, external } = process.memoryUsage();
      if (heapUsed + external < least - 16_384) rounds = 0;
      least = Math.min(least, heapUsed + external);
    }
    return least;
  },
  watchDelay() {
    delay.reset();
    delay.enable();
  },
  /**
   * Delay of the event loop, 99th percentile, milliseconds; and the memory the system has given,
   * MiB.
   */
  pressure: () => ({
    p99Ms: delay.percentile(99) / 1e6 - 10,
    rssMiB: process.memoryUsage.rss() / 1024 ** 2,
  }),
});
