import type { Definition, Fields } from '../../packages/core/src/schema/types.ts';

/**
 * Tests as the text of a program: each field by its name, one after the other, which is quicker
 * than any table and as small.
 */
export interface Writer {
  /** An expression that is true when the value is of the definition. `true` when everything is. */
  test(definition: Definition, value: string): string;
  /** Name of a function over the fields of an object. The same fields are the same function. */
  fields(fields: Fields, name: string): string;
  /**
   * The same function written in place: in a compressed file repeated text is free, a name is not.
   */
  written(fields: Fields): string;
  /**
   * Declares the values of a choice once, as every event asks for them; other choices are written
   * in place, which is smaller.
   */
  choice(values: readonly unknown[], name: string): void;
  /** Words of `schema/tests.ts` that were used. */
  words(): readonly string[];
  /** Constants and functions that the expressions use. */
  declarations(): string;
}

const EVERYTHING = 'true';

export function createWriter(): Writer {
  const used = new Set<string>();
  const names = new Map<string, string>();

  const nameOf = (wanted: string, written: string): string => {
    const known = names.get(written);
    if (known !== undefined) return known;
    const taken = new Set(names.values());
    let name = wanted;
    for (let count = 2; taken.has(name); count++) name = `${wanted}${count}`;
    names.set(written, name);
    return name;
  };
  const call = (word: string, ...given: (string | number | undefined)[]): string => {
    used.add(word);
    while (given.at(-1) === undefined) given.pop();
    return `${word}(${given.map(String).join(', ')})`;
  };
  const all = (parts: readonly string[]): string =>
    parts.filter((part) => part !== EVERYTHING).join(' && ') || EVERYTHING;
  /** One of the words where nothing else is asked for. */
  const asFunction = (definition: Definition): string => {
    const written = test(definition, 'value');
    return /^(\w+)\(value\)$/.exec(written)?.[1] ?? `(value: unknown) => ${written}`;
  };
  const strings = (values: readonly unknown[]): string => JSON.stringify(values);

  const test = (definition: Definition, value: string): string => {
    switch (definition.kind) {
      case 'string': {
        const { min, max, format, pattern } = definition;
        const bounded = min !== undefined || max !== undefined;
        return all([
          bounded
            ? call('sized', value, min, max)
            : format || pattern
              ? EVERYTHING
              : call('text', value),
          format === 'base64' ? call('base64', value) : EVERYTHING,
          format === 'datetime' ? call('instant', value) : EVERYTHING,
          pattern === undefined
            ? EVERYTHING
            : call('matching', value, nameOf('pattern', `/${pattern}/`)),
        ]);
      }
      case 'number':
        return call(definition.int ? 'int' : 'number', value, definition.min, definition.max);
      case 'boolean':
        return call('flag', value);
      case 'unknown':
        return EVERYTHING;
      case 'choice':
        return call(
          'oneOf',
          value,
          names.get(strings(definition.values)) ?? strings(definition.values),
        );
      case 'optional':
      case 'nullable': {
        const inner = test(definition.inner, value);
        if (definition.kind === 'optional' && inner === `text(${value})`)
          return call('optionalText', value);
        return inner === EVERYTHING
          ? inner
          : `(${value} === ${definition.kind === 'optional' ? 'undefined' : 'null'} || ${inner})`;
      }
      case 'list':
        return call('list', value, asFunction(definition.inner));
      case 'record':
        return call(
          'record',
          value,
          definition.inner.kind === 'unknown' ? undefined : asFunction(definition.inner),
        );
      case 'either':
        return call('either', value, `[${definition.options.map(asFunction).join(', ')}]`);
      case 'object': {
        const inner = fields(definition.fields, /\.(\w+)$/.exec(value)?.[1] ?? 'fields');
        return call(
          'object',
          value,
          inner,
          definition.loose ? undefined : strings(Object.keys(definition.fields)),
        );
      }
      case 'zod':
        throw new RangeError(
          'A schema of the protocol uses something of zod that cannot be written down.',
        );
    }
  };

  const written = (each: Fields): string => {
    const tests = all(Object.entries(each).map(([key, field]) => test(field, `value.${key}`)));
    return tests === EVERYTHING ? '() => true' : `(value: Value) => ${tests}`;
  };
  const fields = (each: Fields, name: string): string => nameOf(name, written(each));

  return {
    test,
    fields,
    written,
    choice: (values, name) => void nameOf(name, strings(values)),
    words: () => [...used].sort(),
    declarations: () =>
      [...names].map(([written, name]) => `const ${name} = ${written};\n`).join(''),
  };
}
