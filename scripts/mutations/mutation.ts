import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * One protection switched off: a text in a file, and what it becomes. The tests of the row have to
 * fail then.
 */
export interface Mutation {
  /** Row of the failure matrix. */
  readonly row: string;
  /** What is switched off, in words. */
  readonly protection: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** File with a test of the row's name. */
  readonly test: string;
}

export const mutation = (
  row: string,
  protection: string,
  file: string,
  find: string,
  replace: string,
  test: string,
): Mutation => ({
  row,
  protection,
  file,
  find,
  replace,
  test,
});

export const core = 'packages/core/src';
export const kit = 'packages/server-kit/src';

export const root = join(import.meta.dirname, '../..');

/**
 * Finds the text however a formatter wrapped it: white space between words and signs does not
 * count, nor a comma before a closing bracket.
 */
export function patternOf({ find }: Mutation): RegExp {
  const tokens = find.match(/\w+|[^\w\s]/g) ?? [];
  const source = tokens.map((token, at) => {
    const escaped = token.replace(/[^\w]/g, '\\$&');
    if (at === 0) return escaped;
    if (/^[)\]}]/.test(token)) return `,?\\s*${escaped}`;
    const bothWords = /^\w/.test(token) && /\w$/.test(tokens[at - 1] ?? '');
    return `${bothWords ? '\\s+' : '\\s*'}${escaped}`;
  });
  return new RegExp(source.join(''), 'g');
}

/**
 * The file as it is, and how often the text stands in it. A mutation is valid only if that is once.
 */
export function standing(mutation: Mutation): { text: string; times: number } {
  const text = readFileSync(join(root, mutation.file), 'utf8');
  return { text, times: text.match(patternOf(mutation))?.length ?? 0 };
}
