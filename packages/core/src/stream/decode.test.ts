import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OperationEvent } from '../machine/types.ts';
import { badgeActivation } from '../processes/index.ts';
import { eventFrame, type FrameComment, heartbeatFrame, openingFrame } from '../protocol/frame.ts';
import { createDecoder } from './decode.ts';
import { recordings } from './fixtures/recordings.ts';

const utf8 = new TextEncoder();
const log = recordings.badgeActivation;
const [first] = log;
const text =
  openingFrame({ retryMs: 10, heartbeatMs: 1_000 }) +
  log.map(eventFrame).join('') +
  heartbeatFrame(1_234);

const decode = (chunks: readonly (Uint8Array | string)[], maxFrameBytes = 65_536) => {
  const decoder = createDecoder(badgeActivation, maxFrameBytes);
  const events: OperationEvent[] = [];
  const comments: FrameComment[] = [];
  let retryMs: number | null = null;
  let code: string | null = null;
  for (const chunk of chunks) {
    const decoded = decoder.push(typeof chunk === 'string' ? utf8.encode(chunk) : chunk);
    events.push(...decoded.events);
    comments.push(...decoded.comments);
    retryMs = decoded.retryMs ?? retryMs;
    code ??= decoded.error?.code ?? null;
  }
  return { events, comments, retryMs, code };
};

const nothing = { events: [], comments: [], retryMs: null, code: null };

test('the whole stream', () => {
  expect(decode([text])).toEqual({
    events: log,
    comments: [{ heartbeat: 1_000, protocol: 2 }, { time: 1_234 }],
    retryMs: 10,
    code: null,
  });
});

test('C7 any splits over any line ends give the same, also within a character', () => {
  const whole = decode([text]);
  fc.assert(
    fc.property(
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.boolean(),
      fc.array(fc.nat(text.length), { maxLength: 30 }),
      (lineEnd, bom, cuts) => {
        const bytes = utf8.encode((bom ? '\uFEFF' : '') + text.replaceAll('\n', lineEnd));
        const at = [0, ...cuts.map((cut) => cut % bytes.length), bytes.length].sort(
          (a, b) => a - b,
        );
        const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        expect(decode(chunks)).toEqual(whole);
      },
    ),
    { numRuns: 300 },
  );
});

describe('what is not of the protocol ends in one clear error', () => {
  const event = { ...first };
  const frame = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
  test.each<[string, readonly (Uint8Array | string)[], string]>([
    ['invalid JSON', ['data: {"seq":1,\n\n'], 'invalid_frame'],
    ['a page of a proxy', ['data: <html>Bad gateway</html>\n\n'], 'invalid_frame'],
    ['an array', [frame([1])], 'invalid_event'],
    ['null', [frame(null)], 'invalid_event'],
    ['a wrong type', [frame({ ...event, seq: '1' })], 'invalid_event'],
    ['no asset', [frame({ ...event, asset: undefined })], 'invalid_event'],
    ['a payload that is not of the status', [frame({ ...event, version: 'one' })], 'invalid_event'],
    ['an id that is not the number', [`id: 9\n${frame(event)}`], 'invalid_frame'],
    ['invalid UTF-8', [new Uint8Array([0x64, 0xc3, 0x28])], 'invalid_frame'],
    ['a surrogate half', [new Uint8Array([0xed, 0xa0, 0x80])], 'invalid_frame'],
  ])('%s', (_, chunks, code) => {
    expect(decode(chunks)).toEqual({ ...nothing, code });
  });

  test('what came before it is kept, what comes after it is not', () => {
    const { events, code } = decode([
      first ? eventFrame(first) : '',
      'data: {\n\n',
      ...log.slice(1).map(eventFrame),
    ]);
    expect(events).toEqual([first]);
    expect(code).toBe('invalid_frame');
  });
});

describe('memory stays bounded', () => {
  const piece = 'x'.repeat(16_384);
  const endless = (head: string): string[] => [head, ...Array.from({ length: 8 }, () => piece)];
  test.each([
    ['a data line', endless('data: ')],
    ['a comment', endless(': ')],
    ['an id', endless('id: ')],
    ['a line of an unknown field', endless('zzz: ')],
    ['data lines without a blank one', Array.from({ length: 9 }, () => `data: ${piece}\n`)],
    ['blank lines', Array.from({ length: 9 }, () => '\n'.repeat(16_384))],
  ])('%s without an end', (_, chunks) => {
    expect(decode(chunks)).toEqual({ ...nothing, code: 'frame_too_large' });
  });

  test('data lines with comments between them', () => {
    expect(decode(Array.from({ length: 9 }, () => `data: ${piece}\n: c\n`)).code).toBe(
      'frame_too_large',
    );
  });

  test('a whole frame in one small chunk, above a small limit', () => {
    expect(decode([`data: ${'x'.repeat(2_000)}\n\n`], 1_000)).toEqual({
      ...nothing,
      code: 'frame_too_large',
    });
  });

  test('a 10 MB line in one chunk', () => {
    expect(decode([`data: ${'x'.repeat(10_000_000)}\n\n`])).toEqual({
      ...nothing,
      code: 'frame_too_large',
    });
  });

  test('many small frames are not one large one', () => {
    const many = Array.from({ length: 200 }, () => heartbeatFrame(1_234)).join('');
    expect(decode([many], 1_000).code).toBeNull();
  });
});

test('named events, unknown fields and odd retry values are passed over', () => {
  expect(
    decode(['event: ping\ndata: {}\n\n', 'retry: soon\n', 'foo: bar\n\n', ': hello\n']),
  ).toEqual({
    ...nothing,
    comments: [{}],
  });
});

test('C11 an event of a status that is not known passes with all its fields', () => {
  const event = { ...first, status: 'polishing', shine: 11 };
  expect(decode([`data: ${JSON.stringify(event)}\n\n`])).toEqual({ ...nothing, events: [event] });
});
