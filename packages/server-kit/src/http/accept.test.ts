import { describe, expect, it } from 'vitest';
import { negotiate } from './accept.ts';

const stream = 'text/event-stream';
const page = 'application/json';

describe('negotiate', () => {
  it.each([
    [null, stream],
    ['', stream],
    ['*/*', stream],
    ['text/*', stream],
    ['text/event-stream', stream],
    ['TEXT/EVENT-STREAM', stream],
    ['application/json', page],
    ['application/*', page],
    // axios
    ['application/json, text/plain, */*', page],
    // clients that can do both
    ['application/json, text/event-stream', stream],
    ['text/event-stream;q=0.5, application/json', page],
    ['application/json;q=0.1, */*;q=0.9', stream],
    ['text/event-stream;q=0, */*', page],
    ['text/event-stream; charset=utf-8', stream],
  ])('%j → %s', (accept, type) => {
    expect(negotiate(accept)).toBe(type);
  });

  it.each(['text/html', 'text/event-stream;q=0', 'application/json;q=zero', 'nonsense'])(
    '%j → 406',
    (accept) => {
      expect(() => negotiate(accept)).toThrowError(
        expect.objectContaining({ code: 'not_acceptable' }),
      );
    },
  );
});
