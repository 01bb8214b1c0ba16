/** What is to be done with what a stream says. Text is given without the field names. */
export interface FrameHandlers {
  onFrame(id: string | undefined, type: string | undefined, data: string): void;
  onRetry(ms: number): void;
  onComment(text: string): void;
}

const CR = 13;
const LF = 10;
const BOM = 0xfeff;

export interface FrameParser {
  feed(text: string): void;
  /** Length of the data that waits for the end of its frame. */
  held(): number;
}

/**
 * Server-Sent Events as the HTML standard reads them (section 9.2.6), from text cut anywhere: lines end with LF, CR LF or CR, one byte order mark is taken off,
 * unknown fields are passed over. An id belongs to its own frame only: what a client resumes from is the number in the event.
 */
export function createFrameParser({ onFrame, onRetry, onComment }: FrameHandlers): FrameParser {
  /** A line that is not complete, in the pieces it came in: joining them each time would cost the square of their number. */
  let pieces: string[] = [];
  let started = false;
  /** The last piece ended with CR: a LF right after it is the second half of the same line end. */
  let afterCr = false;
  let id: string | undefined;
  let type: string | undefined;
  let data: string | undefined;

  const frame = () => {
    if (data !== undefined) onFrame(id, type, data);
    id = undefined;
    type = undefined;
    data = undefined;
  };

  const field = (name: string, value: string) => {
    if (name === 'id') id = value.includes('\0') ? id : value;
    else if (name === 'event') type = value || undefined;
    else if (name === 'retry' && /^\d+$/.test(value)) onRetry(Number(value));
  };

  const line = (text: string, from: number, to: number) => {
    if (from === to) return frame();
    const found = text.indexOf(':', from);
    const colon = found === -1 || found > to ? to : found;
    const value = text.slice(text.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1, to);
    if (colon === from) onComment(value);
    // Compared in place: nearly every line is one, and its name would be one more string.
    else if (colon === from + 4 && text.startsWith('data', from)) data = data === undefined ? value : `${data}\n${value}`;
    else field(text.slice(from, colon), value);
  };

  const feed = (given: string) => {
    let text = given;
    if (!started && text !== '') {
      started = true;
      if (text.charCodeAt(0) === BOM) text = text.slice(1);
    }
    if (afterCr && text !== '') {
      afterCr = false;
      if (text.charCodeAt(0) === LF) text = text.slice(1);
    }
    let cr = text.indexOf('\r');
    let lf = text.indexOf('\n');
    if (cr === -1 && lf === -1) {
      if (text !== '') pieces.push(text);
      return;
    }
    if (pieces.length > 0) {
      const before = pieces.join('');
      pieces = [];
      text = before + text;
      if (cr !== -1) cr += before.length;
      if (lf !== -1) lf += before.length;
    }
    let from = 0;
    while (cr !== -1 || lf !== -1) {
      const to = cr === -1 || (lf !== -1 && lf < cr) ? lf : cr;
      line(text, from, to);
      from = to + 1;
      if (text.charCodeAt(to) === CR) {
        if (from === text.length) afterCr = true;
        else if (text.charCodeAt(from) === LF) from++;
      }
      if (cr !== -1 && cr < from) cr = text.indexOf('\r', from);
      if (lf !== -1 && lf < from) lf = text.indexOf('\n', from);
    }
    if (from < text.length) pieces.push(text.slice(from));
  };

  return { feed, held: () => data?.length ?? 0 };
}
