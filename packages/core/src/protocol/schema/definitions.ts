import * as z from 'zod/mini';
import type { DefinedProcess, PhaseDefinition, Shape } from '../../machine/define.ts';
import { badgeActivation } from '../../processes/badge-activation.ts';
import { claim } from '../../processes/claim.ts';
import { upgrade } from '../../processes/upgrade.ts';
import {
  burnTransactionResultSchema,
  confirmBurnResultSchema,
  confirmBurnSchema,
  problemSchema,
  snapshotListSchema,
  snapshotSchema,
} from '../bodies.ts';
import { envelopeSchema } from '../envelope.ts';

/** A process as `defineProcess` makes it. */
export type SourceProcess = DefinedProcess<string, Shape, readonly PhaseDefinition[]>;

/** The processes of this version, in the zod they were written in. */
export const sources: readonly SourceProcess[] = [upgrade, claim, badgeActivation];

/** A JSON Schema (draft 2020-12) as a plain value. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** `badge_activation` → `BadgeActivation` */
export const pascal = (name: string): string =>
  name.replace(/(?:^|[_-])(\w)/g, (_, letter: string) => letter.toUpperCase());

/** zod's translation, without the dialect, which stands once at the top of a document. */
export function jsonSchemaOf(schema: z.core.$ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

/** An event of a status as a JSON Schema: envelope and payload. */
export const eventSchemaOf = (process: SourceProcess, status: string): JsonSchema =>
  jsonSchemaOf(z.looseObject({ ...envelopeSchema.shape, ...process.source.payloads[status] }));

/** One status of one process: envelope, payload, and both names as constants. */
function eventOf(process: SourceProcess, status: string): JsonSchema {
  const schema = eventSchemaOf(process, status);
  const required = schema.required as readonly string[];
  return {
    ...schema,
    title: `${process.name}: ${status}`,
    properties: {
      ...(schema.properties as object),
      process: { const: process.name },
      status: { const: status },
      asset: { const: process.statuses[status]?.asset },
    },
    required: process.idAlias === undefined ? required : [...required, process.idAlias],
  };
}

/**
 * Every message of the protocol by name, made from the same zod schemas that client and server
 * validate with. Events of a status that is not listed come from a newer server: clients keep them.
 * @param ref where the definitions will stand: `#/$defs/`, `#/components/schemas/`
 */
export function schemaDefinitions(
  ref: string,
  processes: readonly SourceProcess[] = sources,
): Record<string, JsonSchema> {
  const definitions: Record<string, JsonSchema> = {
    Envelope: { ...jsonSchemaOf(envelopeSchema), additionalProperties: true },
    Snapshot: jsonSchemaOf(snapshotSchema),
    SnapshotList: jsonSchemaOf(snapshotListSchema),
    Problem: jsonSchemaOf(problemSchema),
    ConfirmBurn: jsonSchemaOf(confirmBurnSchema),
    ConfirmBurnResult: jsonSchemaOf(confirmBurnResultSchema),
    BurnTransactionResult: jsonSchemaOf(burnTransactionResultSchema),
  };
  for (const process of processes) {
    const name = pascal(process.name);
    const statuses = Object.keys(process.statuses);
    for (const status of statuses) definitions[`${name}Event.${status}`] = eventOf(process, status);
    definitions[`${name}Start`] = {
      ...jsonSchemaOf(process.source.input),
      title: `Body of the start of ${process.name}`,
    };
    definitions[`${name}Event`] = {
      title: `One event of ${process.name}`,
      oneOf: statuses.map((status) => ({ $ref: `${ref}${name}Event.${status}` })),
    };
    definitions[`${name}EventPage`] = {
      title: `A page of the log of ${process.name}: the polling fallback`,
      type: 'object',
      properties: {
        events: { type: 'array', items: { $ref: `${ref}${name}Event` } },
        terminal: { type: 'boolean' },
      },
      required: ['events', 'terminal'],
    };
  }
  return definitions;
}

/** All definitions as one document. */
export const protocolSchema = (processes?: readonly SourceProcess[]): JsonSchema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://aiw3.dev/nft-upgrade/v1/protocol.schema.json',
  title: 'AIW3 NFT upgrade protocol, version 1',
  $defs: schemaDefinitions('#/$defs/', processes),
});
