/**
 * One block of an event stream, read without judging it: every field may be there several times.
 */
export interface RawFrame {
  /** Arrival, milliseconds since the epoch. */
  readonly at: number;
  readonly id: string[];
  readonly event: string[];
  readonly data: string[];
  readonly retry: string[];
  readonly comments: string[];
}

export interface FrameReader {
  readonly frames: readonly RawFrame[];
  /** `eof`: closed normally; `broken`: cut. */
  readonly state: 'open' | 'eof' | 'broken';
  /**
   * Resolves with true once `reached` says so, with false after `ms` milliseconds or at the end of
   * the stream.
   */
  until(reached: () => boolean, ms: number): Promise<boolean>;
  close(): void;
}

/** Reads a stream in the background from now on. */
export function readFrames(body: ReadableStream<Uint8Array> | null): FrameReader {
  const frames: RawFrame[] = [];
  const waiting = new Set<() => void>();
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let state: FrameReader['state'] = 'open';
  let text = '';

  const notify = () => {
    for (const wake of waiting) wake();
  };
  const ingest = (chunk: string) => {
    text = (text + chunk).replace(/\r\n?/g, '\n');
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      frames.push(parseFrame(text.slice(0, end)));
      text = text.slice(end + 2);
    }
  };
  const run = async () => {
    try {
      for (;;) {
        const chunk = await reader?.read();
        if (!chunk || chunk.done) break;
        ingest(decoder.decode(chunk.value, { stream: true }));
        notify();
      }
      state = 'eof';
    } catch {
      state = 'broken';
    }
    notify();
  };
  void run();

  return {
    frames,
    get state() {
      return state;
    },
    until: (reached, ms) =>
      new Promise((resolve) => {
        const done = (result: boolean) => {
          clearTimeout(timer);
          waiting.delete(look);
          resolve(result);
        };
        const look = () => {
          if (reached()) done(true);
          else if (state !== 'open') done(false);
        };
        const timer = setTimeout(() => done(reached()), ms);
        waiting.add(look);
        look();
      }),
    close: () => void reader?.cancel().catch(() => undefined),
  };
}

function parseFrame(block: string): RawFrame {
  const frame: RawFrame = { at: Date.now(), id: [], event: [], data: [], retry: [], comments: [] };
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (colon === 0) frame.comments.push(value);
    else if (name === 'id' || name === 'event' || name === 'data' || name === 'retry')
      frame[name].push(value);
  }
  return frame;
}

/**
 * The event of a frame as JSON; undefined for a frame that carries none, or none that can be read.
 */
export function eventOf(frame: RawFrame): Record<string, unknown> | undefined {
  if (frame.data.length === 0) return undefined;
  try {
    const value: unknown = JSON.parse(frame.data.join('\n'));
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
