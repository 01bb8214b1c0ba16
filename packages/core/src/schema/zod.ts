import * as z from 'zod/mini';
import type { AnySchema, Definition, Shape } from './types.ts';

/** The same schema in zod: for JSON Schema, OpenAPI and hosts that work with zod. Schemas that are zod already stay themselves. */
export function toZod(schema: AnySchema): z.ZodMiniType {
  if ('definition' in schema) return fromDefinition(schema.definition);
  if (schema['~standard'].vendor === 'zod') return schema as unknown as z.ZodMiniType;
  return z.unknown();
}

function fromDefinition(definition: Definition): z.ZodMiniType {
  switch (definition.kind) {
    case 'string':
      return text(definition);
    case 'number': {
      const checks = [
        ...(definition.min === undefined ? [] : [z.gte(definition.min)]),
        ...(definition.max === undefined ? [] : [z.lte(definition.max)]),
      ];
      return (definition.int ? z.int() : z.number()).check(...checks);
    }
    case 'boolean':
      return z.boolean();
    case 'unknown':
      return z.unknown();
    case 'choice':
      return z.literal([...definition.values]);
    case 'optional':
      return z.optional(toZod(definition.inner));
    case 'nullable':
      return z.nullable(toZod(definition.inner));
    case 'list':
      return z.array(toZod(definition.inner));
    case 'record':
      return z.record(z.string(), toZod(definition.inner));
    case 'either':
      return z.union(definition.options.map(toZod));
    case 'object':
      return definition.loose ? z.looseObject(shape(definition.fields)) : z.strictObject(shape(definition.fields));
  }
}

function text({ min, max, format, pattern }: Extract<Definition, { kind: 'string' }>): z.ZodMiniType {
  const base = format === 'base64' ? z.base64() : format === 'datetime' ? z.iso.datetime() : z.string();
  return base.check(
    ...(min === undefined ? [] : [z.minLength(min)]),
    ...(max === undefined ? [] : [z.maxLength(max)]),
    ...(pattern ? [z.regex(pattern)] : []),
  );
}

const shape = (fields: Shape): Record<string, z.ZodMiniType> =>
  Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, toZod(field)]));
