import { describe, expect, test } from 'vitest';
import { isGenerated } from './exempt.ts';
import {
  duplicateTypes,
  type Finding,
  refusedNames,
  refusedPaths,
  refusedText,
  wideLines,
} from './rules.ts';
import { countSourceLines, parse } from './source.ts';

const found = (findings: readonly Finding[]) =>
  findings.map(({ file, line, what }) => `${file}:${line} ${what}`);
const long = (width: number) => '語'.repeat(width);

describe('wide lines', () => {
  const wide = (file: string, text: string) => found(wideLines({ file, text }));

  test('are counted in characters, whatever the file', () => {
    expect(wide('a.ts', `${long(100)}\n${long(101)}`)).toEqual(['a.ts:2 101 characters']);
    expect(wide('a.py', `# ${long(100)}`)).toHaveLength(1);
  });

  test('may be rows of tables in documents, and addresses', () => {
    expect(wide('a.md', `| ${long(101)} |`)).toEqual([]);
    expect(wide('a.ts', `| ${long(101)} |`)).toHaveLength(1);
    expect(wide('a.ts', `// https://host/${'x'.repeat(120)}`)).toEqual([]);
    expect(wide('a.ts', `// https://host/${'x'.repeat(120)} ${long(101)}`)).toHaveLength(1);
  });

  test('may be written by a program, all of the file or a block of it', () => {
    expect(wide('docs/errors.md', long(101))).toEqual([]);
    expect(wide('a.json', long(101))).toEqual([]);
    const block = `<!-- rules -->\n${long(101)}\n<!-- /rules -->\n${long(102)}`;
    expect(wide('a.md', block)).toEqual(['a.md:4 102 characters']);
  });
});

describe('old words', () => {
  const names = (text: string, file = 'a.ts') => found(refusedNames({ file, text }));
  const text = (file: string, content: string) => found(refusedText({ file, text: content }));

  test('are found in whatever a file declares', () => {
    expect(names('const wasTold = 1;')).toEqual(['a.ts:1 wasTold']);
    expect(names('interface CourierOptions { beatMs: number }')).toHaveLength(2);
    expect(names('function f(surroundings: object) {}')).toHaveLength(1);
    expect(names('const { theirs: heard } = given;')).toHaveLength(1);
    expect(names('const object = { toldOf() {}, MAX_MUTES: 1 };')).toHaveLength(2);
    expect(names('const Page = ({ scene }) => <p>{scene}</p>;', 'a.tsx')).toHaveLength(1);
  });

  test('are whole words, and some are refused only as the whole of a name', () => {
    expect(names('const pending = heartbeat + excellent + underground;')).toEqual([]);
    expect(names('const heldNft = take5; type Parts = 1; const held = 1;')).toEqual([]);
    expect(names('type Held = 1; type Part = 2; const take = 3;')).toHaveLength(3);
  });

  test('may be names of the protocol, deprecated, or meant in their ordinary sense', () => {
    expect(names('const codes = { nft_moved: 1 };')).toEqual([]);
    expect(names('interface A {\n/** @deprecated */\nreissueBurn(): void }')).toEqual([]);
    expect(names('const cell = 1;', 'packages/server-kit/src/cli/table.ts')).toEqual([]);
    expect(names('const cell = 1;')).toHaveLength(1);
  });

  test('are found in paths, each folder once', () => {
    const paths = ['a/grounds/one.ts', 'a/grounds/two.ts', 'a/reissue-burn.test.ts', 'a/rows/b.ts'];
    expect(found(refusedPaths(paths))).toEqual([
      'a/grounds:1 grounds',
      'a/reissue-burn.test.ts:1 reissue-burn',
      'a/rows:1 rows',
    ]);
    expect(refusedPaths(['scripts/mutations/rows/burn.ts'])).toEqual([]);
  });

  test('are found in comments and documents, also across lines, not in texts of a program', () => {
    expect(text('a.ts', 'f();\n// One ends in\n// order.\n')).toEqual(['a.ts:2 ends in order']);
    expect(text('a.ts', '/**\n * A debt\n */\nconst a = "whoever";')).toEqual(['a.ts:2 debt']);
    expect(text('a.tsx', '<p>{/* Whoever */} debt</p>;')).toEqual(['a.tsx:1 Whoever']);
    expect(text('a.md', 'People\nare called.')).toEqual(['a.md:1 People are called']);
    expect(text('a.py', '# No way out.')).toEqual(['a.py:1 way out']);
  });
});

describe('types of one name', () => {
  const types = (...files: string[]) =>
    found(duplicateTypes(files.map((file) => ({ file, text: 'export type Options = object;' }))));
  const src = 'packages/core/src/';

  test('are found in two sources of one package', () => {
    expect(types(`${src}a.ts`, `${src}b.ts`)).toEqual([`${src}b.ts:1 Options`]);
    const text = 'interface Window {}\nclass Two {}';
    const files = ['a.ts', 'b.ts'].map((file) => ({ file: src + file, text }));
    expect(duplicateTypes(files)).toHaveLength(2);
  });

  test('may be passed on under their name', () => {
    const files = ['class Fault {}', 'type Fault = own.Fault;', 'type Fault = own.Other;'];
    const sources = files.map((text, at) => ({ file: `${src}${at}.ts`, text }));
    expect(found(duplicateTypes(sources))).toEqual([`${src}2.ts:1 Fault`]);
  });

  test('may be in two packages, in tests, and in what a file adds to others', () => {
    expect(types(`${src}a.ts`, 'packages/react/src/b.ts', `${src}b.test.ts`)).toEqual([]);
    expect(types(`${src}a.ts`, `${src}b.fixture.ts`, `${src}fixtures/b.ts`)).toEqual([]);
    const text = 'declare global { interface Window {} }';
    const files = ['a.ts', 'b.ts'].map((file) => ({ file: src + file, text }));
    expect(duplicateTypes(files)).toEqual([]);
  });
});

test('lines of source are those that hold more than comments and blanks', () => {
  const text =
    '/** Docs. */\nconst a = `one\n\ntwo`; // three\n\n// four\nf(<p>\n  {/* five */}\n</p>);';
  expect(countSourceLines(parse('a.tsx', text))).toBe(6);
});

test('generated files are named as data', () => {
  expect(isGenerated('packages/core/src/generated.ts')).toBe(true);
  expect(isGenerated('packages/react/CHANGELOG.md')).toBe(true);
  expect(isGenerated('packages/core/src/client/client.ts')).toBe(false);
});
