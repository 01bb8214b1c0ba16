import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checks } from '../../packages/core/src/audit/checks/index.ts';
import { protocolRules, rulesById } from '../../packages/core/src/audit/rules/index.ts';
import { idsOf } from '../../scripts/matrix/names.ts';
import { switches } from './fixtures/broken.ts';

const root = join(import.meta.dirname, '../..');
const files = globSync('{packages/*/src,examples/*/src,test}/**/*.test.{ts,tsx}', {
  cwd: root,
  exclude: (path) => path.includes('node_modules'),
});

/** What the names of tests and suites begin with: ids of rules, rows and invariants. */
const named = new Set<string>();
for (const file of files) {
  for (const [, name = ''] of readFileSync(join(root, file), 'utf8').matchAll(
    /['"`]((?:P-[A-Z]+-\d+|[A-Z]\d{1,2})\b[^'"`\n]*)/g,
  )) {
    named.add(/^P-[A-Z]+-\d+/.exec(name)?.[0] ?? '');
    for (const id of idsOf(name)) named.add(id);
  }
}

describe('every rule of the specification', () => {
  it.each(protocolRules.map((rule) => [rule.id, rule] as const))(
    '%s',
    (id, { observable, proof }) => {
      const audits = checks.filter(({ rule }) => rule === id);
      expect(audits.length > 0, 'an audit, or none where nothing can be seen').toBe(observable);
      expect(
        named.has(proof) || Object.hasOwn(switches, id),
        `a test whose name begins with ${proof}`,
      ).toBe(true);
    },
  );

  it('is what audits are about, and what they need', () => {
    const unknown = checks
      .flatMap(({ rule, needs = [] }) => [rule, ...needs])
      .filter((id) => !Object.hasOwn(rulesById, id));
    expect(unknown).toEqual([]);
  });
});
