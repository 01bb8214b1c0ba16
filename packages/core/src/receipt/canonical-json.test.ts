import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

const text = (value: unknown): string => new TextDecoder().decode(canonicalJson(value));

describe('canonicalJson', () => {
  it('sorts keys on every level and writes no white space', () => {
    expect(text({ b: [1, { d: null, c: true }], a: 'x' })).toBe(
      '{"a":"x","b":[1,{"c":true,"d":null}]}',
    );
  });

  it('is the same for every order of the keys', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()),
        fc.infiniteStream(fc.nat()),
        (value, random) => {
          const shuffled = Object.fromEntries(
            Object.entries(value)
              .map((entry) => ({ entry, at: random.next().value }))
              .sort((a, b) => a.at - b.at)
              .map(({ entry }) => entry),
          );
          expect(text(shuffled)).toBe(text(value));
        },
      ),
    );
  });

  it('writes what JSON.parse reads back', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        expect(JSON.parse(text(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('sorts by UTF-16 code units, not by code points (RFC 8785, section 3.2.3)', () => {
    const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
    const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33'];
    expect(
      Object.keys(JSON.parse(text(Object.fromEntries(names.map((name) => [`k${name}`, 0]))))),
    ).toEqual(sorted.map((name) => `k${name}`));
  });

  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  let deep: unknown = 1;
  for (let level = 0; level < 50_000; level++) deep = [deep];
  class Tier {}
  it.each([
    ['undefined', undefined, '$'],
    ['an undefined property', { a: { b: undefined } }, '$.a.b'],
    ['a hole in an array', Object.assign([1], { 2: 2 }), '$[1]'],
    ['NaN', { n: Number.NaN }, '$.n'],
    ['Infinity', [Infinity], '$[0]'],
    ['bigint', { supply: 1n }, '$.supply'],
    ['a function', { f: () => 1 }, '$.f'],
    ['a symbol', [Symbol('x')], '$[0]'],
    ['a symbol as a key', { [Symbol('x')]: 1 }, '$'],
    ['Date', { at: new Date(0) }, '$.at'],
    ['Map', new Map(), '$'],
    ['bytes', { image: new Uint8Array(2) }, '$.image'],
    ['an instance', { tier: new Tier() }, '$.tier'],
    ['a cycle', cycle, '$.self'],
    ['50,000 levels', deep, '$'],
    ['half a surrogate pair', { name: '\ud83d' }, '$.name'],
  ])('refuses %s', (_, value, path) => {
    expect(() => canonicalJson(value)).toThrow(
      expect.objectContaining({ code: 'invalid_option', details: { path } }),
    );
  });

  it('takes the same object twice, where it is no cycle', () => {
    const trait = { v: 1 };
    expect(text([trait, trait])).toBe('[{"v":1},{"v":1}]');
  });

  it('keeps __proto__ as the key it is', () => {
    expect(text(JSON.parse('{"__proto__":1,"a":2}'))).toBe('{"__proto__":1,"a":2}');
  });
});
