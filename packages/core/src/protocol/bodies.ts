import * as z from 'zod/mini';
import { burnTransaction } from '../phases/burn.ts';
import { base58 } from '../phases/fields.ts';
import { actorSchema, assetSchema } from './envelope.ts';

/**
 * An error as it crosses the wire (RFC 9457), with the members of this protocol. A newer server may
 * send a code that is not known here.
 */
export const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.optional(z.string()),
  code: z.string(),
  retryable: z.boolean(),
  actor: actorSchema,
  hint: z.optional(z.string()),
  asset: z.optional(assetSchema),
  operationId: z.optional(z.string()),
  details: z.optional(z.record(z.string(), z.unknown())),
});

/** A refusal as it crosses the wire: RFC 9457 with the members of this protocol. */
export type ProblemBody = z.infer<z.ZodMiniObject<(typeof problemSchema)['shape'], z.core.$strip>>;

/**
 * A snapshot as it crosses the wire: exactly what the reducer makes. Answer of `cancel` and
 * `retry`, and of a start that asks for JSON.
 */
export const snapshotSchema = z.looseObject({
  operationId: z.string(),
  process: z.string(),
  version: z.int().check(z.positive()),
  seq: z.int().check(z.positive()),
  status: z.string(),
  phase: z.string(),
  progress: z.number().check(z.gte(0), z.lte(100)),
  asset: assetSchema,
  terminal: z.boolean(),
  startedAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  message: z.nullable(z.string()),
  unknown: z.int().check(z.nonnegative()),
  facts: z.record(z.string(), z.unknown()),
  now: z.record(z.string(), z.unknown()),
});

/** Page of snapshots: the caller's live operations. */
export const snapshotListSchema = z.looseObject({ operations: z.array(snapshotSchema) });

/**
 * A Solana packet holds 1232 bytes: 1644 characters of base64. Twice that leaves room for other
 * chains.
 */
const signedTransaction = z.base64().check(z.minLength(4), z.maxLength(4096));

/**
 * Body of `PATCH …/{id}/confirm-burn`: a signature of what was sent, or the signed bytes for the
 * server to send. Exactly one.
 */
export const confirmBurnSchema = z.union([
  z.strictObject({ burnTxSignature: base58 }),
  z.strictObject({ signedTransaction }),
]);
/**
 * Body of `confirm-burn`: the signed bytes, or the signature of a burn that the wallet sent itself.
 */
export type ConfirmBurn = z.infer<typeof confirmBurnSchema>;

/** Answer of `confirm-burn`, in the shape of the integration guide. */
export const confirmBurnResultSchema = z.looseObject({
  success: z.literal(true),
  message: z.string(),
  burnTxSignature: base58,
  operation: snapshotSchema,
});

/** Answer of `POST …/{id}/burn-transaction`. */
export const burnTransactionResultSchema = z.looseObject({
  burnTransaction,
  operation: snapshotSchema,
});

/**
 * Page of events: the polling fallback. Nothing follows once `terminal` is true and the page is
 * empty.
 */
export const eventPageSchema = z.looseObject({
  events: z.array(z.looseObject({ seq: z.int() })),
  terminal: z.boolean(),
});
