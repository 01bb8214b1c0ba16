import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Db, Sql } from '../db/db.ts';
import type { Statement } from '../db/write-atomically.ts';

/**
 * A row written before an effect. `data` is whatever the effect needs to be recognised or repeated.
 */
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

/**
 * `found` is a burn that was there before the operation: another one asked for it. `place` is where
 * the NFT for it is minted, or was. `alert`: one went out about its burn.
 */
export type AttemptKind = 'burn' | 'upload' | 'mint' | 'retry' | 'found' | 'place' | 'alert';

/** Everything that is known of what one operation tried. */
export interface Tried {
  readonly attempts: readonly (Attempt<unknown> & { kind: AttemptKind })[];
  readonly signatures: readonly BurnSignature[];
}

/** Columns of a query for the operation `$1`, and what they say. */
export const triedColumns = `
  (select jsonb_agg(jsonb_build_object(
      'kind', kind, 'attempt', attempt, 'data', data, 'outcome', outcome) order by attempt)
   from nft_upgrade.attempt where operation_id = $1) as attempts,
  (select jsonb_agg(jsonb_build_object('signature', signature,
      'signed_transaction', signed_transaction, 'attempt', attempt, 'refused', refused)
     order by created_at)
   from nft_upgrade.burn_signature where operation_id = $1) as signatures`;
export type TriedRow = { readonly [K in keyof Tried]?: Tried[K] | null };
export const triedOf = ({ attempts, signatures }: TriedRow = {}): Tried => ({
  attempts: attempts ?? [],
  signatures: signatures ?? [],
});

const read = async (db: Db, operationId: string): Promise<Tried> => {
  const [found] = await db.sql<TriedRow>(
    `select ${triedColumns}`,
    [operationId],
    'nft_upgrade_tried',
  );
  return triedOf(found);
};

/** The operation as a step has read it: what it writes counts only as long as that is true. */
export interface Fence {
  readonly seq: number;
  readonly lease: number;
}

/**
 * The operation `$1` at `$2` under the lease `$3`, or none. A lock, so that who takes it up
 * meanwhile comes before the write or after it.
 */
export const heldOperation = `select id from nft_upgrade.operation
  where id = $1 and seq = coalesce($2, seq) and lease = coalesce($3, lease) for no key update`;

/**
 * Intents of the effects of one operation, as one step sees them: it looks once, for all of them,
 * and again after it has written. What others write meanwhile meets the primary keys.
 * @param known what was read with the operation a moment ago, which saves the look
 * @param fence of a step: what comes late is not written. A command has none
 */
export function attemptsOf(
  db: Db,
  operationId: string,
  known: Tried | null = null,
  fence: Fence | null = null,
) {
  let tried = known && Promise.resolve(known);
  const look = () => {
    tried ??= read(db, operationId);
    return tried;
  };
  const write = async (sql: Sql, text: string, values: readonly unknown[], name: string) => {
    // What shares a transaction with an event is fenced by it.
    const { seq = null, lease = null } = (sql === db.sql && fence) || {};
    const rows = await sql(text, [operationId, seq, lease, ...values], name);
    tried = null;
    return rows;
  };

  return {
    /** Every attempt of a kind, in order, with what became of it. */
    async list<Data>(kind: AttemptKind): Promise<Attempt<Data>[]> {
      const { attempts } = await look();
      return attempts.filter(
        (attempt): attempt is Attempt<Data> & { kind: AttemptKind } => attempt.kind === kind,
      );
    },

    /** Every signature that is known, in the order in which they became so. */
    signatures: async () => (await look()).signatures,

    /** An intent that is written with an event. One that is there already stays as it is. */
    intent: (kind: AttemptKind, attempt: number, data: object): Statement => ({
      text: `intent as (
        insert into nft_upgrade.attempt (operation_id, kind, attempt, data)
          select id, $1, $2::int, $3::jsonb from updated on conflict do nothing)`,
      values: [kind, attempt, data],
    }),

    /**
     * An intent that is written with an event, unless another worker has one of that number: then
     * neither is.
     */
    onlyIntent: (kind: AttemptKind, attempt: number, data: object): Statement => ({
      text: `intent as (insert into nft_upgrade.attempt (operation_id, kind, attempt, data)
        select id, $1, $2::int, $3::jsonb from updated)`,
      values: [kind, attempt, data],
      taken: {
        constraints: ['attempt_pkey'],
        error: () => new NftUpgradeError('journal_conflict'),
      },
    }),

    /**
     * An intent that comes before its effect. The primary key lets one of several workers win; the
     * others get false, as does who comes late.
     */
    async write(kind: AttemptKind, attempt: number, data: object): Promise<boolean> {
      const rows = await write(
        db.sql,
        `with held as (${heldOperation})
         insert into nft_upgrade.attempt (operation_id, kind, attempt, data)
           select id, $4, $5::int, $6::jsonb from held on conflict do nothing returning attempt`,
        [kind, attempt, data],
        'nft_upgrade_intend',
      );
      return rows.length > 0;
    },

    /** Notes what became of an attempt. */
    settle: (kind: AttemptKind, attempt: number, outcome: string, sql = db.sql) =>
      write(
        sql,
        `with held as (${heldOperation})
         update nft_upgrade.attempt set outcome = $6 from held
           where operation_id = held.id and kind = $4 and attempt = $5`,
        [kind, attempt, outcome],
        'nft_upgrade_settle',
      ),

    /** A signature that was reported, or came with signed bytes: written with an event. */
    signature: (
      signature: string,
      signed: { transaction: string; attempt: number } | null,
    ): Statement => ({
      text: `signed as (
        insert into nft_upgrade.burn_signature
          (operation_id, signature, signed_transaction, attempt)
          select id, $1, $2::text, $3::int from updated
        on conflict (operation_id, signature) do update
          set
            signed_transaction =
              coalesce(burn_signature.signed_transaction, excluded.signed_transaction),
            attempt = coalesce(burn_signature.attempt, excluded.attempt))`,
      values: [signature, signed?.transaction ?? null, signed?.attempt ?? null],
    }),

    /** The chain rules this signature out, no matter who reported it. */
    refuseSignature: (signature: string, code: string, sql = db.sql) =>
      write(
        sql,
        `with held as (${heldOperation})
         insert into nft_upgrade.burn_signature (operation_id, signature, refused)
           select id, $4, $5 from held
         on conflict (operation_id, signature) do update set refused = excluded.refused`,
        [signature, code],
        'nft_upgrade_refuse',
      ),
  };
}

/** What was tried outside of the database, written down before it was. */
export type Attempts = ReturnType<typeof attemptsOf>;
