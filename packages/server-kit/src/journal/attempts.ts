import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Db, Sql } from '../db/db.ts';
import type { Part } from '../db/together.ts';

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
    /** Every attempt of a kind, in order, with what became of it. */
    list: <Data>(operationId: string, kind: AttemptKind) =>
      db.sql<Attempt<Data>>(
        'select attempt, data, outcome from nft_upgrade.attempt where operation_id = $1 and kind = $2 order by attempt',
        [operationId, kind],
        'nft_upgrade_attempts',
      ),

    /** An intent that is written with an event. One that is there already stays as it is. */
    intent: (kind: AttemptKind, attempt: number, data: object): Part => ({
      text: `intent as (
        insert into nft_upgrade.attempt (operation_id, kind, attempt, data) select id, $1, $2::int, $3::jsonb from moved on conflict do nothing)`,
      values: [kind, attempt, data],
    }),

    /** An intent that is written with an event, unless another worker has one of that number: then neither is. */
    onlyIntent: (kind: AttemptKind, attempt: number, data: object): Part => ({
      text: 'intent as (insert into nft_upgrade.attempt (operation_id, kind, attempt, data) select id, $1, $2::int, $3::jsonb from moved)',
      values: [kind, attempt, data],
      taken: { constraints: ['attempt_pkey'], error: () => new NftUpgradeError('journal_conflict') },
    }),

    /** The primary key lets one of several workers win; the others get false. */
    async write(sql: Sql, operationId: string, kind: AttemptKind, attempt: number, data: object): Promise<boolean> {
      const rows = await sql(
        'insert into nft_upgrade.attempt (operation_id, kind, attempt, data) values ($1, $2, $3, $4) on conflict do nothing returning attempt',
        [operationId, kind, attempt, data],
      );
      return rows.length > 0;
    },

    /** Notes what became of an attempt. */
    settle: (sql: Sql, operationId: string, kind: AttemptKind, attempt: number, outcome: string) =>
      sql('update nft_upgrade.attempt set outcome = $4 where operation_id = $1 and kind = $2 and attempt = $3', [
        operationId,
        kind,
        attempt,
        outcome,
      ]),

    /** Every signature that is known of an operation. */
    signatures: (operationId: string) =>
      db.sql<BurnSignature>(
        'select signature, signed_transaction, attempt, refused from nft_upgrade.burn_signature where operation_id = $1 order by created_at',
        [operationId],
      ),

    /** Burn transactions that were handed out, and what may have become of them: one look at both. */
    async burns<Data>(operationId: string): Promise<{ attempts: Attempt<Data>[]; signatures: BurnSignature[] }> {
      const [both] = await db.sql<{ attempts: Attempt<Data>[] | null; signatures: BurnSignature[] | null }>(
        `select
           (select jsonb_agg(jsonb_build_object('attempt', attempt, 'data', data, 'outcome', outcome) order by attempt)
            from nft_upgrade.attempt where operation_id = $1 and kind = 'burn') as attempts,
           (select jsonb_agg(jsonb_build_object('signature', signature, 'signed_transaction', signed_transaction, 'attempt', attempt, 'refused', refused)
              order by created_at)
            from nft_upgrade.burn_signature where operation_id = $1) as signatures`,
        [operationId],
        'nft_upgrade_burns',
      );
      return { attempts: both?.attempts ?? [], signatures: both?.signatures ?? [] };
    },

    /** A signature that was reported, or came with signed bytes: written with an event. */
    signature: (signature: string, signed: { transaction: string; attempt: number } | null): Part => ({
      text: `signed as (
        insert into nft_upgrade.burn_signature (operation_id, signature, signed_transaction, attempt) select id, $1, $2::text, $3::int from moved
        on conflict (operation_id, signature) do update
          set signed_transaction = coalesce(burn_signature.signed_transaction, excluded.signed_transaction), attempt = coalesce(burn_signature.attempt, excluded.attempt))`,
      values: [signature, signed?.transaction ?? null, signed?.attempt ?? null],
    }),

    /** The chain rules this signature out, whoever reported it. */
    refuseSignature: (sql: Sql, operationId: string, signature: string, code: string) =>
      sql(
        `insert into nft_upgrade.burn_signature (operation_id, signature, refused) values ($1, $2, $3)
         on conflict (operation_id, signature) do update set refused = excluded.refused`,
        [operationId, signature, code],
      ),
  };
}

/** What was tried outside of the database, written down before it was. */
export type Attempts = ReturnType<typeof createAttempts>;
