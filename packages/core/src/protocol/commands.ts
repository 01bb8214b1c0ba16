import * as z from 'zod/mini';
import { burnTransaction } from '../phases/burn.ts';
import { base58 } from '../phases/fields.ts';
import { snapshotSchema } from './snapshot.ts';

/** A Solana packet holds 1232 bytes: 1644 characters of base64. Twice that leaves room for other chains. */
const signedTransaction = z.base64().check(z.minLength(4), z.maxLength(4096));

/** Body of `PATCH …/{id}/confirm-burn`: a signature of what was sent, or the signed bytes for the server to send. Exactly one. */
export const confirmBurnSchema = z.union([z.strictObject({ burnTxSignature: base58 }), z.strictObject({ signedTransaction })]);
export type ConfirmBurn = z.infer<typeof confirmBurnSchema>;

export const confirmBurnResultSchema = z.looseObject({
  success: z.literal(true),
  message: z.string(),
  burnTxSignature: base58,
  operation: snapshotSchema,
});

/** Answer of `POST …/{id}/burn-transaction`. */
export const burnTransactionResultSchema = z.looseObject({ burnTransaction, operation: snapshotSchema });

/** Answer of `cancel` and `retry`, and of a start that asks for JSON. */
export const acceptedSchema = snapshotSchema;

/** Page of events: the polling fallback. `operation` ends it: nothing follows once it is terminal and the page is empty. */
export const eventPageSchema = z.looseObject({ events: z.array(z.looseObject({ seq: z.int() })), terminal: z.boolean() });
