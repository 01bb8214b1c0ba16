/** `B11, W5: …`, `K1–K4: …`, `W7 W8 …`: the ids that a name begins with. */
const HEAD = /^[A-Z]\d{1,2}(?:(?:\s*[–-]\s*|,\s*|\s+and\s+|\s+)[A-Z]\d{1,2})*\b/;
const PART = /([A-Z])(\d{1,2})(?:\s*[–-]\s*[A-Z]?(\d{1,2}))?/g;

/** Ids of rows and invariants at the beginning of a test's name, ranges spelled out. */
export function idsOf(name: string): string[] {
  const head = HEAD.exec(name)?.[0] ?? '';
  return [...head.matchAll(PART)].flatMap(([, letter = '', from, to = from]) =>
    Array.from(
      { length: Number(to) - Number(from) + 1 },
      (_, at) => `${letter}${Number(from) + at}`,
    ),
  );
}

/** A test as vitest lists it: its file, and the names of its suites and its own. */
export interface ListedTest {
  readonly file: string;
  readonly name: string;
}

/** A suite may carry the id for all of its tests. */
export const idsOfTest = ({ name }: ListedTest): string[] => [
  ...new Set(name.split(' > ').flatMap(idsOf)),
];
