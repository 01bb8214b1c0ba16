import { isCode, isGenerated, packageOf } from './exempt.ts';
import { commentsOf, declaredNames, declaredTypes, parse } from './source.ts';
import { type RefusedWord, refusedPhrases, refusedWords } from './words.ts';

export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly what: string;
  readonly better: string;
}

export interface TextFile {
  readonly file: string;
  readonly text: string;
}

export const WIDTH = 100;

/** Rows of tables cannot be broken, nor can addresses; text of a program is wrapped by none. */
export function wideLines({ file, text }: TextFile): Finding[] {
  if (isGenerated(file)) return [];
  const isDocument = file.endsWith('.md');
  const lines = (isDocument ? withoutGeneratedBlocks(text) : text).split('\n');
  return lines.flatMap((content, at) => {
    const length = characters(content);
    const isWide = length > WIDTH && characters(content.replaceAll(/https?:\/\/\S+/g, '')) > WIDTH;
    if (!isWide || (isDocument && content.trimStart().startsWith('|'))) return [];
    const what = `${length} characters`;
    return { file, line: at + 1, what, better: `${WIDTH} at most` };
  });
}

const characters = (text: string): number => Array.from(text).length;

/** What stands between `<!-- name -->` and `<!-- /name -->` is written by a program. */
const withoutGeneratedBlocks = (text: string): string =>
  text.replaceAll(/(<!-- ([\w ]+) -->\n)([\s\S]*?)(?=<!-- \/\2 -->)/g, (_, open, _name, block) =>
    [open, ...block.matchAll(/\n/g)].join(''),
  );

/** `takeBack`, `TAKE_BACK`, `take-back`: one name in lower case, `take back`. */
export const wordsOf = (name: string): string =>
  name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z\d]+/)
    .join(' ')
    .trim()
    .toLowerCase();

/** Names of the protocol and of the database have underscores; they are never renamed. */
const isWireName = (name: string): boolean => /^[a-z\d]+(_[a-z\d]+)+$/.test(name);

function refusal(name: string, kind: 'type' | 'value' | 'path', file: string) {
  const words = wordsOf(name);
  const applies = ({ word, as, only, within, except }: RefusedWord): boolean =>
    (only === undefined || only === kind) &&
    (within?.some((start) => file.startsWith(start)) ?? true) &&
    !except?.some((start) => file.startsWith(start)) &&
    (as === 'whole' ? words === word : ` ${words} `.includes(` ${word} `));
  return refusedWords.find(applies);
}

export function refusedNames({ file, text }: TextFile): Finding[] {
  if (!isCode(file) || isGenerated(file)) return [];
  return declaredNames(parse(file, text)).flatMap(({ name, kind, line }) => {
    const refused = isWireName(name) ? undefined : refusal(name, kind, file);
    return refused ? { file, line, what: name, better: refused.better } : [];
  });
}

/** Names of files and of folders, each once. */
export function refusedPaths(files: readonly string[]): Finding[] {
  const paths = new Set(
    files.flatMap((file) => file.split('/').map((_, at, all) => all.slice(0, at + 1).join('/'))),
  );
  return [...paths].flatMap((path) => {
    const name = path.slice(path.lastIndexOf('/') + 1).replace(/(\.\w+)+$/, '');
    const refused = refusal(name, 'path', path);
    return refused ? { file: path, line: 1, what: name, better: refused.better } : [];
  });
}

/** In comments of programs and in all of a document, also where a phrase goes over a line's end. */
export function refusedText({ file, text }: TextFile): Finding[] {
  const read = isCode(file)
    ? isGenerated(file)
      ? ''
      : commentsOf(parse(file, text))
    : /\.(md|txt|py|css|html|ya?ml)$|\/run$/.test(file) && !/lock/.test(file)
      ? text
      : '';
  const plain = read.replaceAll(/^[ \t]*(?:\/\*+|\*(?!\/)|\/\/|#|>)/gm, (mark) =>
    ' '.repeat(mark.length),
  );
  return refusedPhrases.flatMap(({ phrase, better }) =>
    [...plain.matchAll(new RegExp(phrase.source.replaceAll(' ', '\\s+'), phrase.flags))].map(
      ({ 0: what, index }) => ({
        file,
        line: plain.slice(0, index).split('\n').length,
        what: what.replaceAll(/\s+/g, ' '),
        better,
      }),
    ),
  );
}

/** A type has one home in a package: two of one name are two things, or one thing twice. */
export function duplicateTypes(files: readonly TextFile[]): Finding[] {
  const homes = new Map<string, string>();
  return files.flatMap(({ file, text }) => {
    const home = packageOf(file);
    if (home === undefined || isGenerated(file)) return [];
    return declaredTypes(parse(file, text)).flatMap(({ name, line }) => {
      const first = homes.get(home + name) ?? file;
      homes.set(home + name, first);
      return first === file ? [] : { file, line, what: name, better: `it is in ${first}` };
    });
  });
}
