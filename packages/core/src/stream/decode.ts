import { createParser } from 'eventsource-parser';
import { NftUpgradeError, toNftUpgradeError } from '../errors/error.ts';
import type { AnyProcess, OperationEvent } from '../machine/types.ts';
import { parseEvent } from '../protocol/event.ts';
import { type FrameComment, parseComment } from '../protocol/frame.ts';

/** What one chunk says. */
export interface Decoded {
  /** Those that were readable, in order. */
  readonly events: OperationEvent[];
  readonly comments: readonly FrameComment[];
  /** What `retry:` asks for, milliseconds; null where it was not said. */
  readonly retryMs: number | null;
  /** Set when the stream stopped being readable; nothing after it is decoded. */
  readonly error: NftUpgradeError | null;
}

export interface Decoder {
  /** Takes bytes cut anywhere, also within a character or between CR and LF. Never throws. */
  push(bytes: Uint8Array): Decoded;
}

const none: readonly FrameComment[] = [];

/**
 * Turns bytes into validated events of a process. Events of an unknown status pass; everything that
 * is not of this protocol ends the stream with one clear error: `invalid_frame` (UTF-8, JSON, an id
 * that is not the number), `invalid_event` (missing or wrong fields), `frame_too_large`.
 */
export function createDecoder(process: AnyProcess, maxFrameBytes: number): Decoder {
  const decodeText = createTextDecoder();
  let events: OperationEvent[] = [];
  let comments = none;
  let retryMs: number | null = null;
  let error: NftUpgradeError | null = null;
  /**
   * Bytes since the last event or comment. Counts also what the parser skips: an endless line of an
   * unknown field.
   */
  let pendingBytes = 0;

  const fail = (failure: NftUpgradeError) => {
    error ??= failure;
  };
  const tooLarge = () => new NftUpgradeError('frame_too_large', { details: { maxFrameBytes } });

  const parser = createParser({
    maxBufferSize: maxFrameBytes,
    onComment: (comment) => {
      pendingBytes = 0;
      if (!error) comments = [...comments, parseComment(comment)];
    },
    onRetry: (ms) => {
      pendingBytes = 0;
      if (!error) retryMs = ms;
    },
    onError: (thrown) => {
      // Unknown fields and odd `retry:` values are to be ignored by the specification of SSE.
      if (thrown.type === 'max-buffer-size-exceeded') fail(tooLarge());
    },
    onEvent: ({ id, event: type, data }) => {
      pendingBytes = 0;
      // named events are no part of version 1
      if (error || (type !== undefined && type !== 'message')) return;
      if (data.length > maxFrameBytes) return fail(tooLarge());
      try {
        events.push(readEvent(process, id, data));
      } catch (thrown) {
        fail(toNftUpgradeError(thrown, 'invalid_frame'));
      }
    },
  });

  return {
    push(bytes) {
      events = [];
      comments = none;
      retryMs = null;
      pendingBytes += bytes.byteLength;
      try {
        if (!error && bytes.byteLength > 0) parser.feed(decodeText(bytes));
      } catch {
        fail(new NftUpgradeError('invalid_frame', { details: { expected: 'UTF-8' } }));
      }
      if (pendingBytes > maxFrameBytes) fail(tooLarge());
      return { events, comments, retryMs, error };
    },
  };
}

// A replacement character in a name would change what the user reads, so broken UTF-8 is an error.
// The parser takes the byte order mark off.
const strict = { fatal: true, ignoreBOM: true };

/**
 * Text of bytes that may be cut within a character. Where they are not, as a rule, they go the
 * quick way: runtimes decode a text faster than a part of one.
 */
function createTextDecoder(): (bytes: Uint8Array) => string {
  const wholes = new TextDecoder('utf-8', strict);
  const parts = new TextDecoder('utf-8', strict);
  let within = false;
  return (bytes) => {
    const endsWithin = (bytes[bytes.byteLength - 1] ?? 0) > 0x7f;
    if (!within && !endsWithin) return wholes.decode(bytes);
    within = endsWithin;
    return parts.decode(bytes, { stream: true });
  };
}

function readEvent(process: AnyProcess, id: string | undefined, data: string): OperationEvent {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    // without the text: it may hold anything
    throw new NftUpgradeError('invalid_frame', { details: { expected: 'JSON', id } });
  }
  const event = parseEvent(process, value);

  if (id !== undefined && id !== `${event.seq}`) {
    throw new NftUpgradeError('invalid_frame', {
      details: { field: 'id', expected: event.seq, id },
    });
  }
  return event;
}
