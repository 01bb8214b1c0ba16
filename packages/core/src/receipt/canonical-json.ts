import { NftUpgradeError } from '../errors/index.ts';

/**
 * Metadata is three or four levels deep; what is a hundred deep is a mistake, and would end in a
 * stack overflow.
 */
const maxDepth = 100;

const refuse = (path: string, what: string): NftUpgradeError =>
  new NftUpgradeError('invalid_option', {
    message: `The value at ${path} cannot be written as JSON: ${what}.`,
    hint:
      'Use only objects, arrays, strings, finite numbers, booleans and null; leave a property ' +
      'out instead of setting it to undefined.',
    details: { path },
  });

const isPlain = (value: object): value is Record<string, unknown> => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};

function writeString(text: string, path: string): string {
  // Half of a surrogate pair has no UTF-8 form: two runtimes would write it differently.
  if (!text.isWellFormed()) throw refuse(path, 'the text holds half of a surrogate pair');
  return JSON.stringify(text);
}

function writeObject(value: object, path: string, parents: readonly object[]): string {
  if (parents.includes(value)) throw refuse(path, 'it contains itself');
  if (parents.length === maxDepth)
    throw refuse('$', `it is nested more than ${maxDepth} levels deep`);
  const inside = [...parents, value];
  if (Array.isArray(value)) {
    // Array.from gives a hole as undefined; map would leave it out, and the gap would be written as
    // nothing.
    const items = Array.from(value, (item: unknown, index) =>
      write(item, `${path}[${index}]`, inside),
    );
    return `[${items.join(',')}]`;
  }
  // A Date, Map or class instance becomes `{}` or whatever its toJSON says today: neither was
  // meant.
  if (!isPlain(value))
    throw refuse(path, `it is an instance of ${value.constructor?.name || 'a class'}`);
  if (Object.getOwnPropertySymbols(value).length > 0)
    throw refuse(path, 'it has a symbol as a key');
  const members = Object.keys(value)
    .sort()
    .map((key) => {
      const place = `${path}.${key}`;
      return `${writeString(key, place)}:${write(value[key], place, inside)}`;
    });
  return `{${members.join(',')}}`;
}

function write(value: unknown, path: string, parents: readonly object[]): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return writeString(value, path);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw refuse(path, `it is ${value}`);
    return JSON.stringify(value);
  }
  if (typeof value === 'object') return writeObject(value, path, parents);
  throw refuse(path, typeof value === 'undefined' ? 'it is undefined' : `it is a ${typeof value}`);
}

/**
 * The one spelling of a JSON value, in UTF-8: keys sorted by UTF-16 code units, no white space,
 * numbers and strings as `JSON.stringify` writes them (RFC 8785). The same value has the same
 * bytes, and so the same CID, in every retry and on every node.
 * @throws NftUpgradeError `invalid_option` with `details.path` for what JSON cannot hold:
 *   undefined, NaN, bigint, Date, Map, a cycle, …
 */
export function canonicalJson(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(write(value, '$', []));
}
