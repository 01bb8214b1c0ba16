import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createFrameParser } from './frames.ts';

type Said = readonly unknown[];

function ours(pieces: readonly string[]): Said[] {
  const said: Said[] = [];
  const { feed } = createFrameParser({
    onFrame: (id, type, data) => said.push(['frame', id, type, data]),
    onRetry: (ms) => said.push(['retry', ms]),
    onComment: (text) => said.push(['comment', text]),
  });
  for (const piece of pieces) feed(piece);
  return said;
}

function theirs(pieces: readonly string[]): Said[] {
  const said: Said[] = [];
  const parser = createParser({
    onEvent: ({ id, event, data }) => said.push(['frame', id, event, data]),
    onRetry: (ms) => said.push(['retry', ms]),
    onComment: (text) => said.push(['comment', text]),
  });
  for (const piece of pieces) parser.feed(piece);
  return said;
}

const word = fc.constantFrom(
  'data',
  'id',
  'event',
  'retry',
  'datax',
  ' data',
  ':',
  ': ',
  ' ',
  'x',
  '7',
  '{"a":1}',
  '\0',
  '🦉',
  '\uFEFF',
  '\n',
  '\n',
  '\n\n',
  '\r',
  '\r\n',
  '\r\r',
);

it('C7: says what eventsource-parser says, over any text in any pieces', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.array(word, { maxLength: 8 }).map((words) => words.join('')),
        { maxLength: 12 },
      ),
      (pieces) => {
        // A trailing CR may still be half a line end, which the other one waits for: the end is made clear.
        const whole = [...pieces, 'x\n\n'];
        expect(ours(whole)).toEqual(theirs([whole.join('')]));
      },
    ),
    { numRuns: 3_000 },
  );
});

it('reads a frame at once when its last line end is there, also a CR', () => {
  expect(ours(['data: 1\r\r'])).toEqual([['frame', undefined, undefined, '1']]);
  expect(ours(['data: 1\r\n\r', '\ndata: 2\n\n'])).toEqual([
    ['frame', undefined, undefined, '1'],
    ['frame', undefined, undefined, '2'],
  ]);
});

it('takes a line in a million pieces in time that grows with it', () => {
  const piece = 'x'.repeat(8);
  expect(ours(['data: ', ...Array.from({ length: 100_000 }, () => piece), '\n\n'])).toEqual([
    ['frame', undefined, undefined, piece.repeat(100_000)],
  ]);
});

it('takes CR and LF in two pieces for one line end, in the middle of a frame too', () => {
  expect(ours(['id: 7\r', '\ndata: 1\r', '\ndata: 2\r', '\n\r', '\n'])).toEqual([['frame', '7', undefined, '1\n2']]);
});
