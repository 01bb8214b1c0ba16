import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { protocolRules, sections } from '../../packages/core/src/audit/rules/index.ts';
import {
  asyncApi,
  openApi,
  protocolSchema,
} from '../../packages/core/src/protocol/schema/index.ts';
import { fillDocument } from '../../scripts/generate/protocol-document.ts';

const core = join(import.meta.dirname, '../../packages/core');
const read = (name: string) => readFileSync(join(core, name), 'utf8');

describe('PROTOCOL.md', () => {
  const text = read('PROTOCOL.md');

  it('is current: rules, states, payloads and codes are those of the code', () => {
    expect(fillDocument(text)).toBe(text);
  });

  it('states every rule once, under its permanent id, and no other', () => {
    const stated = [...text.matchAll(/\*\*(P-[A-Z]+-\d+)\*\*/g)].map(([, id]) => id);
    expect(new Set(stated)).toEqual(new Set(protocolRules.map(({ id }) => id)));
    expect(stated).toHaveLength(protocolRules.length);
  });

  it.each(sections)('numbers the rules of section %s from 01 without a gap', (section) => {
    const numbers = protocolRules
      .filter((rule) => rule.section === section)
      .map(({ id }) => Number(id.split('-')[2]));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_, index) => index + 1));
  });

  it('says for every rule that an audit sees what to change', () => {
    expect(
      protocolRules
        .filter(({ observable, mend }) => observable !== (mend !== ''))
        .map(({ id }) => id),
    ).toEqual([]);
  });
});

describe('the schemas of the package', () => {
  it.each([
    ['protocol.schema.json', protocolSchema()],
    ['openapi.json', openApi()],
    ['asyncapi.json', asyncApi()],
  ])('%s is current, and every reference in it leads somewhere', (name, made) => {
    const document: unknown = JSON.parse(read(`schemas/${name}`));
    expect(document).toEqual(JSON.parse(JSON.stringify(made)));
    const lost: string[] = [];
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [key, inner] of Object.entries(value)) {
        if (key === '$ref' && typeof inner === 'string' && at(document, inner) === undefined)
          lost.push(inner);
        else visit(inner);
      }
    };
    visit(document);
    expect(lost).toEqual([]);
  });
});

/** What a reference within a document leads to. */
function at(document: unknown, reference: string): unknown {
  let value = document;
  for (const name of reference.replace(/^#\//, '').split('/')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.entries(value).find(([key]) => key === name)?.[1];
  }
  return value;
}
