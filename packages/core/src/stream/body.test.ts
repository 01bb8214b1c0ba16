import { expect, test } from 'vitest';
import { readJson } from './body.ts';
import { createTestClock } from './fixtures/test-clock.ts';

const time = createTestClock();
const read = (response: Response) => readJson(response, time.clock, 100, 1_000);
const streaming = (...chunks: string[]) =>
  new Response(
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      },
    }),
  );

test('a value, and no timer left', async () => {
  await expect(read(new Response('{"a":"✨"}'))).resolves.toEqual({ a: '✨' });
  expect(time.pending).toBe(0);
});

test('a body that never ends is given up in time', async () => {
  const reading = read(streaming('{"a":'));
  reading.catch(() => undefined);
  await time.advance(1_000);
  await expect(reading).rejects.toMatchObject({
    code: 'connection_lost',
    details: { timeoutMs: 1_000 },
  });
});

test('a body without a bound is cut off', async () => {
  await expect(read(streaming('x'.repeat(60), 'x'.repeat(60)))).rejects.toMatchObject({
    code: 'frame_too_large',
  });
});

test('what is not JSON is told without quoting it', async () => {
  const reading = read(new Response('secret-123'));
  await expect(reading).rejects.toMatchObject({ code: 'invalid_frame' });
  await expect(reading).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
});
