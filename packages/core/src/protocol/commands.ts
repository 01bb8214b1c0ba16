import { burnTransaction } from '../phases/burn.ts';
import { base58 } from '../phases/fields.ts';
import * as s from '../schema/index.ts';
import { snapshotSchema } from './snapshot.ts';

/** A Solana packet holds 1232 bytes: 1644 characters of base64. Twice that leaves room for other chains. */
const signedTransaction = s.base64({ min: 4, max: 4096 });

/** Body of `PATCH …/{id}/confirm-burn`: a signature of what was sent, or the signed bytes for the server to send. Exactly one. */
export const confirmBurnSchema = s.either(s.strict({ burnTxSignature: base58 }), s.strict({ signedTransaction }));
export type ConfirmBurn = s.Infer<typeof confirmBurnSchema>;

export const confirmBurnResultSchema = s.loose({
  success: s.choice(true),
  message: s.string(),
  burnTxSignature: base58,
  operation: snapshotSchema,
});

/** Answer of `POST …/{id}/burn-transaction`. */
export const burnTransactionResultSchema = s.loose({ burnTransaction, operation: snapshotSchema });

/** Answer of `cancel` and `retry`, and of a start that asks for JSON. */
export const acceptedSchema = snapshotSchema;

/** Page of events: the polling fallback. `operation` ends it: nothing follows once it is terminal and the page is empty. */
export const eventPageSchema = s.loose({ events: s.list(s.loose({ seq: s.int() })), terminal: s.boolean() });
