import type { Db, Sql } from '../db/db.ts';

/** A row written before an effect. `data` is whatever the effect needs to be recognised or repeated. */
export interface Attempt<Data> {
  attempt: number;
  data: Data;
  /** What became of it, once that is certain; null while it may still succeed. */
  outcome: string | null;
}

/** A signature that may be the burn of an operation. */
export interface BurnSignature {
  signature: string;
  /** Bytes that were handed over, base64; null for a mere report. */
  signed_transaction: string | null;
  attempt: number | null;
  /** Code of the reason why the chain rules it out. */
  refused: string | null;
}

/** `found` is a burn that was there before the operation: another one asked for it. `place` is where the NFT for it is minted, or was. */
export type AttemptKind = 'burn' | 'upload' | 'mint' | 'retry' | 'found' | 'place';

/** Intents of the effects of one operation. */
export function createAttempts(db: Db) {
  return {
    list: <Data>(operationId: string, kind: AttemptKind) =>
      db.sql<Attempt<Data>>(
        'select attempt, data, outcome from nft_upgrade.attempt where operation_id = $1 and kind = $2 order by attempt',
        [operationId, kind],
      ),

    /** The primary key lets one of several workers win; the others get false. */
    async write(sql: Sql, operationId: string, kind: AttemptKind, attempt: number, data: object): Promise<boolean> {
      const rows = await sql(
        'insert into nft_upgrade.attempt (operation_id, kind, attempt, data) values ($1, $2, $3, $4) on conflict do nothing returning attempt',
        [operationId, kind, attempt, data],
      );
      return rows.length > 0;
    },

    settle: (sql: Sql, operationId: string, kind: AttemptKind, attempt: number, outcome: string) =>
      sql('update nft_upgrade.attempt set outcome = $4 where operation_id = $1 and kind = $2 and attempt = $3', [
        operationId,
        kind,
        attempt,
        outcome,
      ]),

    signatures: (operationId: string) =>
      db.sql<BurnSignature>(
        'select signature, signed_transaction, attempt, refused from nft_upgrade.burn_signature where operation_id = $1 order by created_at',
        [operationId],
      ),

    addSignature: (sql: Sql, operationId: string, signature: string, signed: { transaction: string; attempt: number } | null) =>
      sql(
        `insert into nft_upgrade.burn_signature (operation_id, signature, signed_transaction, attempt) values ($1, $2, $3, $4)
         on conflict (operation_id, signature) do update
           set signed_transaction = coalesce(burn_signature.signed_transaction, excluded.signed_transaction), attempt = coalesce(burn_signature.attempt, excluded.attempt)`,
        [operationId, signature, signed?.transaction ?? null, signed?.attempt ?? null],
      ),

    /** The chain rules this signature out, whoever reported it. */
    refuseSignature: (sql: Sql, operationId: string, signature: string, code: string) =>
      sql(
        `insert into nft_upgrade.burn_signature (operation_id, signature, refused) values ($1, $2, $3)
         on conflict (operation_id, signature) do update set refused = excluded.refused`,
        [operationId, signature, code],
      ),
  };
}

export type Attempts = ReturnType<typeof createAttempts>;
