import { describe, expect, it } from 'vitest';
import { openCells } from '../../scripts/tables/open.ts';
import { type Axis, type Cell, cellsOf, settledEntries, type Table } from './table.ts';

/** What `npm run tables` counts: put down by the tests themselves, so it counts what ran. */
declare module 'vitest' {
  interface TaskMeta {
    table?: { name: string; cells: number; impossible: number; open: number };
    cell?: { table: string; id: string };
  }
}

/** One test a cell, and one that every cell is decided. */
export function testTable<const Axes extends readonly Axis[], Outcome extends string>(
  table: Table<Axes, Outcome>,
): void {
  const { name, suites, sideBySide = [] } = table;
  const cells = cellsOf(table, openCells);
  const count = (kind: string) => cells.filter(({ verdict }) => verdict.kind === kind).length;
  const ids = (kind: string) =>
    cells.flatMap(({ id, verdict }) => (verdict.kind === kind ? [id] : []));

  it(`${name}: every cell is decided, impossible for a reason, or listed as open`, ({ task }) => {
    const { length } = cells;
    const table = { name, cells: length, impossible: count('impossible'), open: count('open') };
    task.meta.table = table;
    expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length);
    expect(ids('undecided')).toEqual([]);
    expect(settledEntries({ name }, cells, openCells), 'listed as open, and decided').toEqual([]);
  });

  const members = table.axes.find((axis) => axis.name === suites)?.members ?? [];
  for (const member of members) {
    const inSuite = cells.filter(
      ({ at, verdict }) => verdict.kind === 'decided' && Reflect.get(at, suites) === member,
    );
    if (inSuite.length === 0) continue;
    const concurrent = sideBySide.includes(member);
    describe(`${name} ${member}`, { concurrent }, () => {
      for (const cell of inSuite) testCell(table, cell);
    });
  }
}

function testCell<Axes extends readonly Axis[], Outcome extends string>(
  { name, run }: Table<Axes, Outcome>,
  { id, at, verdict }: Cell<Axes, Outcome>,
): void {
  if (verdict.kind !== 'decided') return;
  const { outcome } = verdict;
  it(`${name}: ${id} ${outcome}`, async ({ task }) => {
    let strikes = 0;
    await run(at, outcome, () => {
      strikes += 1;
    });
    expect(strikes, 'how often the fault has struck').toBeGreaterThan(0);
    task.meta.cell = { table: name, id };
  });
}
