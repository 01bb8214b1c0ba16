import { expect, it } from 'vitest';
import { formatTraceparent, parseTraceparent } from './trace.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

it('reads and writes the header of W3C Trace Context', () => {
  const header = `00-${traceId}-${spanId}-01`;
  expect(parseTraceparent(header)).toEqual({ traceId, spanId, traceFlags: 1, isRemote: true });
  expect(formatTraceparent(parseTraceparent(header) ?? undefined)).toBe(header);
  expect(formatTraceparent({ traceId, spanId, traceFlags: 0 })).toBe(`00-${traceId}-${spanId}-00`);
  expect(formatTraceparent(undefined)).toBeNull();
});

it('takes a later version with more fields, and only the flag it knows', () => {
  expect(parseTraceparent(`01-${traceId}-${spanId}-03-more`)).toMatchObject({
    traceId,
    traceFlags: 1,
  });
});

it.each([
  '',
  'hello',
  `00-${traceId}-${spanId}`,
  `00-${traceId}-${spanId}-01-more`,
  `ff-${traceId}-${spanId}-01`,
  `00-${'0'.repeat(32)}-${spanId}-01`,
  `00-${traceId}-${'0'.repeat(16)}-01`,
  `00-${traceId.toUpperCase()}-${spanId}-01`,
  `00-${traceId}-${spanId}-01\nx`,
])('refuses %j', (header) => {
  expect(parseTraceparent(header)).toBeNull();
});
