import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openCells } from '../../scripts/tables/open.ts';
import { tables } from '../../scripts/tables/tables.ts';
import {
  axis,
  axisBy,
  cellsOf,
  each,
  impossible,
  open,
  settledEntries,
  type Table,
} from './table.ts';

const axes = [
  axisBy('number', ['1', '2', '3'], (member): 'odd' | 'even' => (member === '2' ? 'even' : 'odd')),
  axis('side', ['left', 'right']),
] as const;
const table: Table<typeof axes, 'yes' | 'no'> = {
  name: 'T0',
  axes,
  decisions: {
    odd: each(['left', 'right'], 'yes'),
    even: { left: open, right: impossible('There is no such thing.') },
  },
  suites: 'side',
  run: async (_at, _outcome, struck) => struck(),
};
const entry = (cells: string) => ({ table: 'T0', cells, issue: 'Later' });
const kinds = (...list: Parameters<typeof cellsOf>[1]) =>
  cellsOf(table, list).map(({ id, verdict }) => `${id} ${verdict.kind}`);

it('lists every cell with what is decided about it', () => {
  expect(kinds(entry('2/left'))).toEqual([
    '1/left decided',
    '1/right decided',
    '2/left open',
    '2/right impossible',
    '3/left decided',
    '3/right decided',
  ]);
});

it('has no default: a later member is undecided, and so is one that no list names', () => {
  expect(kinds()).toContain('2/left undecided');
  const [first] = axes;
  const later = { ...table, axes: [first, axis('side', ['left', 'right', 'top'])] as const };
  const found = cellsOf<readonly [(typeof axes)[0], (typeof later.axes)[1]], 'yes' | 'no'>(
    // As if the axis had grown behind the back of the types.
    { ...later, decisions: table.decisions } as never,
    [],
  );
  expect(found.filter(({ verdict }) => verdict.kind === 'undecided').map(({ id }) => id)).toEqual([
    '1/top',
    '2/left',
    '2/top',
    '3/top',
  ]);
});

it('finds entries of the list that are settled, or were never there', () => {
  const list = [entry('2/left'), entry('2/*'), entry('1/left'), entry('9/*')];
  expect(settledEntries(table, cellsOf(table, list), list)).toEqual(list.slice(1));
});

it('knows every table by its file, and lists open cells of these only', () => {
  const files = readdirSync(import.meta.dirname).filter((name) => /^t\d+-.*\.test\.ts$/.test(name));
  expect(Object.values(tables).map(({ file }) => file)).toEqual(
    files.map((name) => `test/tables/${name}`),
  );
  expect(openCells.filter((listed) => !Object.hasOwn(tables, listed.table))).toEqual([]);
});
