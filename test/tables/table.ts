import type { OpenCells } from '../../scripts/tables/open.ts';

/**
 * One side of a table: the members that the code itself lists. `decidedBy` says by which key the
 * outcome of a member is looked up, where many members mean the same.
 */
export interface Axis<
  Name extends string = string,
  Member extends string = string,
  Key extends string = string,
> {
  readonly name: Name;
  readonly members: readonly Member[];
  decidedBy(member: Member): Key;
}

export const axis = <const Name extends string, const Member extends string>(
  name: Name,
  members: readonly Member[],
): Axis<Name, Member, Member> => ({ name, members, decidedBy: (member) => member });

export const axisBy = <
  const Name extends string,
  const Member extends string,
  const Key extends string,
>(
  name: Name,
  members: readonly Member[],
  decidedBy: (member: Member) => Key,
): Axis<Name, Member, Key> => ({ name, members, decidedBy });

/** A cell that cannot be, or a branch of such cells. */
export interface Impossible {
  readonly reason: string;
}
/** A cell whose outcome a later issue decides: it has to stand in the list of open cells. */
export const open = Symbol('open');

export const impossible = (reason: string): Impossible => ({ reason });

/** The same decision for members that are named one by one, so that a new one is undecided. */
export const each = <const Key extends string, Decision>(
  keys: readonly Key[],
  decision: Decision,
): Readonly<Record<Key, Decision>> =>
  // What `fromEntries` loses of the keys.
  Object.fromEntries(keys.map((key) => [key, decision])) as Record<Key, Decision>;

/** Outcomes by the key of the first axis, then of the second, and so on: there is no default. */
export type Decisions<Axes extends readonly Axis[], Outcome extends string> =
  | Impossible
  | typeof open
  | (Axes extends readonly [Axis<string, string, infer Key>, ...infer Rest extends readonly Axis[]]
      ? Readonly<Record<Key, Decisions<Rest, Outcome>>>
      : Outcome);

/** The members of a cell, by the names of the axes. */
export type At<Axes extends readonly Axis[]> = {
  readonly [A in Axes[number] as A['name']]: A['members'][number];
};

export interface Table<Axes extends readonly Axis[], Outcome extends string> {
  readonly name: string;
  readonly axes: Axes;
  readonly decisions: Decisions<Axes, Outcome>;
  /** A reason why this one cell cannot be, for what does not follow from a branch of decisions. */
  impossible?(at: At<Axes>): string | null;
  /**
   * Injects the fault, calls `struck` whenever it has struck, and asserts the outcome through the
   * engine, the handler or the client. A run in which nothing struck is red.
   */
  run(at: At<Axes>, outcome: Outcome, struck: () => void): Promise<void>;
  /** The axis whose members are suites. */
  readonly suites: Axes[number]['name'];
  /** Suites whose cells wait rather than work, and run side by side. */
  readonly sideBySide?: readonly string[];
}

export type Verdict<Outcome extends string> =
  | { readonly kind: 'decided'; readonly outcome: Outcome }
  | { readonly kind: 'impossible'; readonly reason: string }
  | { readonly kind: 'open'; readonly issue: string }
  | { readonly kind: 'undecided' };

export interface Cell<Axes extends readonly Axis[], Outcome extends string> {
  readonly id: string;
  readonly at: At<Axes>;
  readonly verdict: Verdict<Outcome>;
}

/** Every cell of the cross product, with what is decided about it. */
export function cellsOf<Axes extends readonly Axis[], Outcome extends string>(
  table: Table<Axes, Outcome>,
  list: readonly OpenCells[],
): Cell<Axes, Outcome>[] {
  const product = table.axes.reduce<string[][]>(
    (rows, { members }) => rows.flatMap((row) => members.map((member) => [...row, member])),
    [[]],
  );
  return product.map((members) => {
    // The names of the axes and their members, put together again.
    const at = Object.fromEntries(
      table.axes.map(({ name }, index) => [name, members[index]]),
    ) as At<Axes>;
    const listed = list.find((entry) => entry.table === table.name && covers(entry, members));
    const reason = table.impossible?.(at) ?? null;
    const found =
      reason === null ? look<Outcome>(table.axes, table.decisions, members) : impossible(reason);
    const verdict: Verdict<Outcome> =
      typeof found === 'string'
        ? { kind: 'decided', outcome: found }
        : typeof found === 'object'
          ? { kind: 'impossible', reason: found.reason }
          : listed
            ? { kind: 'open', issue: listed.issue }
            : { kind: 'undecided' };
    return { id: members.join('/'), at, verdict };
  });
}

/** Entries of the list that no undecided cell is left for. */
export const settledEntries = (
  table: Pick<Table<readonly Axis[], string>, 'name'>,
  cells: readonly Pick<Cell<readonly Axis[], string>, 'id' | 'verdict'>[],
  list: readonly OpenCells[],
): OpenCells[] =>
  list.filter((entry) => {
    const covered = cells.filter(({ id }) => covers(entry, id.split('/')));
    return (
      entry.table === table.name &&
      (covered.length === 0 || covered.some(({ verdict }) => verdict.kind !== 'open'))
    );
  });

function covers({ cells }: OpenCells, members: readonly string[]): boolean {
  const pattern = cells.split('/');
  return (
    pattern.length === members.length &&
    pattern.every((part, index) => part === '*' || part === members[index])
  );
}

/** Goes down the tree, also where the types of its keys promised more than there is. */
function look<Outcome extends string>(
  axes: readonly Axis[],
  decisions: unknown,
  members: readonly string[],
): Outcome | Impossible | typeof open | undefined {
  let found = decisions;
  for (const [index, { decidedBy }] of axes.entries()) {
    if (isImpossible(found) || found === open) break;
    const key = decidedBy(members[index] ?? '');
    found =
      typeof found === 'object' && found !== null && Object.hasOwn(found, key)
        ? Reflect.get(found, key)
        : undefined;
  }
  return found as Outcome | Impossible | typeof open | undefined;
}

const isImpossible = (value: unknown): value is Impossible =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, 'reason') === 'string';
