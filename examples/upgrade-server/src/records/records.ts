import type { Db, Sql } from '@aiw3/nft-upgrade-server-kit';

/** The example's own records: what a real backend has in its own database. */
export interface BadgeRow {
  badge_id: string;
  name: string;
  status: 'owned' | 'activated' | 'consumed';
}

export interface NftRow {
  nft_id: string;
  tier_id: string;
  mint_address: string;
  metadata_uri: string;
}

export interface HoldingRow {
  mint_address: string;
  tier_id: string;
  user_id: string;
  wallet: string;
}

export interface UserRow {
  id: string;
  wallet: string;
  volume: number;
}

interface NewBadge {
  id: string;
  name: string;
}

async function giveBadges(sql: Sql, userId: string, badges: readonly NewBadge[]): Promise<void> {
  for (const { id, name } of badges) {
    await sql(
      `insert into example.badge (user_id, badge_id, name, status) values ($1, $2, $3, 'owned')
       on conflict do nothing`,
      [userId, id, name],
    );
  }
}

export async function createRecords(db: Db) {
  for (const statement of [
    'create schema if not exists example',
    `create table if not exists example.account (
       id text primary key, wallet text not null, volume bigint not null)`,
    `create table if not exists example.badge (
       user_id text not null, badge_id text not null, name text not null, status text not null,
       reserved_by text, primary key (user_id, badge_id))`,
    `create table if not exists example.nft (
       nft_id text primary key, user_id text not null, tier_id text not null,
       mint_address text not null unique, metadata_uri text not null,
       transaction_signature text not null, status text not null)`,
    `create unique index if not exists nft_active on example.nft (user_id) where status = 'active'`,
  ]) {
    await db.sql(statement);
  }

  return {
    /** Resolves with false where the user exists; then nothing is changed. */
    addUser: (user: UserRow, badges: readonly NewBadge[]): Promise<boolean> =>
      db.tx(async (sql) => {
        const made = await sql(
          `insert into example.account (id, wallet, volume) values ($1, $2, $3)
           on conflict do nothing returning id`,
          [user.id, user.wallet, user.volume],
        );
        if (made.length > 0) await giveBadges(sql, user.id, badges);
        return made.length > 0;
      }),

    /** The user has traded: the volume so far, and the badges that came with it. */
    trade: (userId: string, volume: number, badges: readonly NewBadge[]): Promise<void> =>
      db.tx(async (sql) => {
        await sql('update example.account set volume = $2 where id = $1', [userId, volume]);
        await giveBadges(sql, userId, badges);
      }),

    user: async (id: string): Promise<UserRow | undefined> =>
      (
        await db.sql<UserRow>('select id, wallet, volume from example.account where id = $1', [id])
      )[0],

    badges: (userId: string): Promise<BadgeRow[]> =>
      db.sql<BadgeRow>(
        'select badge_id, name, status from example.badge where user_id = $1 order by badge_id',
        [userId],
      ),

    activeNft: async (userId: string): Promise<NftRow | undefined> =>
      (
        await db.sql<NftRow>(
          `select nft_id, tier_id, mint_address, metadata_uri from example.nft
           where user_id = $1 and status = 'active'`,
          [userId],
        )
      )[0],

    /** Active NFTs with their holders, in the order of their mints: the page behind `after`. */
    holdings: (after: string | null, limit: number): Promise<HoldingRow[]> =>
      db.sql<HoldingRow>(
        `select mint_address, tier_id, user_id, wallet
         from example.nft join example.account on id = user_id
         where status = 'active' and mint_address > $1 order by mint_address limit $2`,
        [after ?? '', limit],
      ),

    /**
     * Badges that this operation may count on. Asking again, after a crash, gives the same ones.
     */
    reserveBadges(userId: string, operationId: string, count: number): Promise<number> {
      return db.tx(async (sql) => {
        await sql(
          `update example.badge set reserved_by = $2 where user_id = $1 and badge_id in (
             select badge_id from example.badge where user_id = $1 and status = 'activated'
               and (reserved_by is null or reserved_by = $2)
             order by (reserved_by is null), badge_id limit $3 for update)`,
          [userId, operationId, count],
        );
        const [row] = await sql<{ reserved: number }>(
          `select count(*)::int as reserved from example.badge
           where user_id = $1 and reserved_by = $2 and status = $3`,
          [userId, operationId, 'activated'],
        );
        return row?.reserved ?? 0;
      });
    },

    async releaseBadges(operationId: string): Promise<void> {
      await db.sql(
        `update example.badge set reserved_by = null
         where reserved_by = $1 and status = 'activated'`,
        [operationId],
      );
    },

    async activateBadge(userId: string, badgeId: string): Promise<BadgeRow | undefined> {
      await db.sql(
        `update example.badge set status = 'activated'
         where user_id = $1 and badge_id = $2 and status = 'owned'`,
        [userId, badgeId],
      );
      return (await this.badges(userId)).find((badge) => badge.badge_id === badgeId);
    },

    /**
     * The old NFT is burned, the new one is active, and only now the badges are consumed. Repeating
     * it changes nothing.
     */
    deliver(
      nft: NftRow & { user_id: string; transaction_signature: string; operation_id: string },
    ): Promise<void> {
      return db.tx(async (sql: Sql) => {
        await sql(
          `update example.nft set status = 'burned'
           where user_id = $1 and status = 'active' and nft_id <> $2`,
          [nft.user_id, nft.nft_id],
        );
        await sql(
          `insert into example.nft (
             nft_id, user_id, tier_id, mint_address, metadata_uri, transaction_signature, status)
           values ($1, $2, $3, $4, $5, $6, 'active') on conflict (nft_id) do nothing`,
          [
            nft.nft_id,
            nft.user_id,
            nft.tier_id,
            nft.mint_address,
            nft.metadata_uri,
            nft.transaction_signature,
          ],
        );
        await sql(
          `update example.badge set status = 'consumed'
           where reserved_by = $1 and status = 'activated'`,
          [nft.operation_id],
        );
      });
    },
  };
}

export type Records = Awaited<ReturnType<typeof createRecords>>;
