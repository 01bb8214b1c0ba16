import * as z from 'zod/mini';
import type { ResolvedStatus } from '../../machine/define.ts';
import type { AnyProcess } from '../../machine/types.ts';
import { type Processes, processes as standardProcesses } from '../../processes/index.ts';
import type { AnySchema } from '../../schema/index.ts';
import { toZod } from '../../schema/zod.ts';
import { burnTransactionResultSchema, confirmBurnResultSchema, confirmBurnSchema } from '../commands.ts';
import { envelopeSchema } from '../envelope.ts';
import { problemSchema } from '../problem.ts';
import { snapshotListSchema, snapshotSchema } from '../snapshot.ts';

/** A JSON Schema (draft 2020-12) as a plain value. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** `badge_activation` → `BadgeActivation` */
export const pascal = (name: string): string => name.replace(/(?:^|[_-])(\w)/g, (_, letter: string) => letter.toUpperCase());

/** zod's translation, without the dialect, which stands once at the top of a document. */
export function jsonSchemaOf(schema: AnySchema): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(toZod(schema), { io: 'input' });
  return rest;
}

/** One status of one process: envelope, payload, and both names as constants. */
function eventOf(process: AnyProcess, status: ResolvedStatus): JsonSchema {
  const schema = jsonSchemaOf(status.event);
  const required = schema.required as readonly string[];
  return {
    ...schema,
    title: `${process.name}: ${status.status}`,
    properties: {
      ...(schema.properties as object),
      process: { const: process.name },
      status: { const: status.status },
      asset: { const: status.asset },
    },
    required: process.idAlias === undefined ? required : [...required, process.idAlias],
  };
}

/**
 * Every message of the protocol by name, made from the same zod schemas that client and server validate with. Events of a status that is not listed
 * come from a newer server: clients keep them.
 * @param ref where the definitions will stand: `#/$defs/`, `#/components/schemas/`
 */
export function schemaDefinitions(ref: string, processes: Processes = standardProcesses): Record<string, JsonSchema> {
  const definitions: Record<string, JsonSchema> = {
    Envelope: { ...jsonSchemaOf(envelopeSchema), additionalProperties: true },
    Snapshot: jsonSchemaOf(snapshotSchema),
    SnapshotList: jsonSchemaOf(snapshotListSchema),
    Problem: jsonSchemaOf(problemSchema),
    ConfirmBurn: jsonSchemaOf(confirmBurnSchema),
    ConfirmBurnResult: jsonSchemaOf(confirmBurnResultSchema),
    BurnTransactionResult: jsonSchemaOf(burnTransactionResultSchema),
  };
  for (const process of Object.values(processes)) {
    const name = pascal(process.name);
    const statuses = Object.values(process.statuses);
    for (const status of statuses) definitions[`${name}Event.${status.status}`] = eventOf(process, status);
    definitions[`${name}Start`] = { ...jsonSchemaOf(process.input), title: `Body of the start of ${process.name}` };
    definitions[`${name}Event`] = {
      title: `One event of ${process.name}`,
      oneOf: statuses.map(({ status }) => ({ $ref: `${ref}${name}Event.${status}` })),
    };
    definitions[`${name}EventPage`] = {
      title: `A page of the log of ${process.name}: the polling fallback`,
      type: 'object',
      properties: { events: { type: 'array', items: { $ref: `${ref}${name}Event` } }, terminal: { type: 'boolean' } },
      required: ['events', 'terminal'],
    };
  }
  return definitions;
}

/** All definitions as one document. */
export const protocolSchema = (processes?: Processes): JsonSchema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://aiw3.dev/nft-upgrade/v1/protocol.schema.json',
  title: 'AIW3 NFT upgrade protocol, version 1',
  $defs: schemaDefinitions('#/$defs/', processes),
});
