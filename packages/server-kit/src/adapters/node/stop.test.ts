import { createServer } from 'node:http';
import { type ClientHttp2Session, connect, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { framesOf } from '../../http/fixtures/frames.ts';
import { ask, begin, START, setup } from '../../http/fixtures/setup.ts';
import { type Stoppable, stopOnSignal, toNodeHandler } from '../node.ts';

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

const responseTo = (session: ClientHttp2Session, path: string) =>
  new Promise<number>((resolve, reject) => {
    const request = session.request({ ':path': path });
    request.on('error', reject);
    request.on('close', () => reject(new Error('No response.')));
    request.on('response', (headers) => resolve(Number(headers[':status'])));
    request.resume();
  });

it('L3: HTTP/2 connections close, also the idle one that no server of Node 22 ends', async () => {
  const { handler } = setup();
  const server = createHttp2Server(toNodeHandler(handler));
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  // As in Node 22: `close()` takes no more connections, and leaves those that are open alone.
  const sessions = new Set<unknown>();
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  const old: Stoppable = {
    on: (event, listener) => server.on(event, listener),
    close(done) {
      const wait = () => (sessions.size === 0 ? server.close(done) : setImmediate(wait));
      wait();
    },
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stopped = new Promise<void>((resolve) => {
    stopOnSignal(old, handler, { signals: ['SIGUSR2'], spreadMs: 1, stopped: resolve });
  });
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const gone = new Promise<void>((resolve) => session.once('close', resolve));
  expect(await responseTo(session, '/api/v1/monitoring/ready')).toBe(200);
  process.kill(process.pid, 'SIGUSR2');
  await Promise.all([stopped, closed, gone]);
});

it('L3: a request over HTTP/2 that never ends is cut after timeoutMs', async () => {
  const { handler } = setup();
  let asked = () => {};
  const asking = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const server = createHttp2Server(() => asked());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stopped = new Promise<void>((resolve) => {
    stopOnSignal(server, handler, { signals: ['SIGUSR2'], timeoutMs: 50, stopped: resolve });
  });
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const hanging = responseTo(session, '/');
  await asking;
  process.kill(process.pid, 'SIGUSR2');
  await expect(hanging).rejects.toThrow();
  await stopped;
});
