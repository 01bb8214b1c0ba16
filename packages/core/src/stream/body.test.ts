import { expect, test } from 'vitest';
import { readJson } from './body.ts';
import { createTestClock } from './fixtures/test-clock.ts';

const time = createTestClock();
const limits = { clock: time.clock, maxBytes: 100, timeoutMs: 1_000 };
const streaming = (...chunks: string[]) =>
  new Response(
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      },
    }),
  );

test('a value, and no timer left', async () => {
  await expect(readJson(new Response('{"a":"✨"}'), limits)).resolves.toEqual({ a: '✨' });
  expect(time.pending).toBe(0);
});

test('a body that never ends is given up in time', async () => {
  const reading = readJson(streaming('{"a":'), limits);
  reading.catch(() => undefined);
  await time.advance(1_000);
  await expect(reading).rejects.toMatchObject({ code: 'connection_lost', details: { timeoutMs: 1_000 } });
});

test('a body without a bound is cut off', async () => {
  await expect(readJson(streaming('x'.repeat(60), 'x'.repeat(60)), limits)).rejects.toMatchObject({ code: 'frame_too_large' });
});

test('what is not JSON is told without quoting it', async () => {
  const reading = readJson(new Response('secret-123'), limits);
  await expect(reading).rejects.toMatchObject({ code: 'invalid_frame' });
  await expect(reading).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
});
