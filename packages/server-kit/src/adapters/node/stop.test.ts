import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { framesOf } from '../../http/fixtures/frames.ts';
import { ask, begin, START, setup } from '../../http/fixtures/setup.ts';
import { stopOnSignal, toNodeHandler } from '../node.ts';

it('L3: a signal drains the streams, each with its delay, then closes the server', async () => {
  const { handler, operations } = setup();
  const server = createServer(toNodeHandler(handler));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const before = process.listenerCount('SIGUSR2');
  // A real signal, but one that the test runner does not end itself by.
  const stopped = new Promise<void>((resolve) => {
    stopOnSignal(server, handler, { signals: ['SIGUSR2'], spreadMs: 100, stopped: resolve });
  });
  const { port } = server.address() as AddressInfo;
  const frames = framesOf(
    await fetch(`http://127.0.0.1:${port}${START}/${await begin(operations)}/events`, ask('GET')),
  );
  await frames.until(({ id }) => id === 1);
  process.kill(process.pid, 'SIGUSR2');
  await frames.rest();
  await stopped;
  expect(frames.seen.at(-1)?.retry).toBeGreaterThanOrEqual(2_000);
  expect(handler.stats()).toMatchObject({ active: 0, draining: true, closed: { drained: 1 } });
  expect([server.listening, process.listenerCount('SIGUSR2')]).toEqual([false, before]);
});
