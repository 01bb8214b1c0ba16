/** What is wrong with a value that is to be stored as text or JSON, and where. */
export interface TextFault {
  /** `input.tags.0`; empty for the value itself. */
  readonly field: string;
  readonly problem: string;
}

/** Postgres holds more of each; what is longer is no name, and no document of an NFT. */
export const textLimits = { length: 65_536, depth: 64 } as const;
/** What becomes part of a key: an index takes about 2 700 bytes of it. */
export const KEY_LENGTH = 512;

// biome-ignore lint/suspicious/noControlCharactersInRegex: Postgres stores every character but this
const NUL = /\u0000/;

/** What is wrong with one text; null when nothing is. */
export const faultOfText = (text: string, length: number = textLimits.length): string | null =>
  NUL.test(text)
    ? 'holds the character NUL'
    : !text.isWellFormed()
      ? 'holds half a surrogate pair'
      : text.length > length
        ? `is longer than ${length} characters`
        : null;

/** The first text in a value that cannot be stored, or where it is nested too deep. */
export function faultOf(value: unknown, field = '', depth = 0): TextFault | null {
  if (typeof value === 'string') {
    const problem = faultOfText(value);
    return problem === null ? null : { field, problem };
  }
  if (typeof value !== 'object' || value === null) return null;
  if (depth >= textLimits.depth)
    return { field, problem: `is nested deeper than ${textLimits.depth} levels` };
  for (const [key, inner] of Object.entries(value)) {
    const path = field === '' ? key : `${field}.${key}`;
    const problem = faultOfText(key);
    if (problem !== null) return { field, problem: `has a name that ${problem}` };
    const fault = faultOf(inner, path, depth + 1);
    if (fault) return fault;
  }
  return null;
}

const LONGEST_ERROR = 500;

/** A text of anybody, such as the message of an error, as far as it can be stored and shown. */
export const storable = (text: string): string =>
  text.slice(0, LONGEST_ERROR).replaceAll('\u0000', '').toWellFormed();
