import type { processes } from '@aiw3/nft-upgrade/protocol';
import type { Db } from '../../db/db.ts';
import type { Operation, ProcessRules } from '../../ports/rules.ts';

/**
 * The host's own records: one row an NFT, one row a badge. Made once, by the process that runs the
 * torture.
 */
export const tortureTables = `
  create schema if not exists torture;
  create table if not exists torture.nft (mint text primary key, holder text not null,
    operation_id text not null unique, held boolean not null,
    at timestamptz not null default clock_timestamp());
  create table if not exists torture.badge (badge_id text primary key,
    operation_id text not null unique);
  create table if not exists torture.content (cid text primary key, bytes bytea not null);
  create table if not exists torture.reservation (operation_id text primary key);
  create table if not exists torture.compensation (id text primary key,
    operation_id text not null);`;

/** The NFT a user holds by the records, or null. */
export async function holderOf(db: Db, user: string): Promise<string | null> {
  const [row] = await db.sql<{ mint: string }>(
    'select mint from torture.nft where holder = $1 and held',
    [user],
  );
  return row?.mint ?? null;
}

/** Operations that have not ended. */
export async function openOperations(db: Db): Promise<number> {
  const [row] = await db.sql<{ open: number }>(
    'select count(*) as open from nft_upgrade.operation where live',
  );
  return row?.open ?? 0;
}

type Rules = { [K in keyof typeof processes]: ProcessRules<(typeof processes)[K]> };

const tier = { tierId: 'tier', tierName: 'Quant Ape' };

/**
 * A host like any other: records in its own tables, written once for each operation however often
 * it is asked.
 */
export function tortureRules(db: Db): Rules {
  const describe = async ({ id }: { id: string }) => ({
    standard: 'spl-token',
    name: tier.tierName,
    symbol: 'AIW3',
    metadata: { name: tier.tierName, edition: id },
  });
  const record = async ({
    id,
    principal,
    facts,
  }: Pick<Operation, 'id' | 'principal' | 'facts'>) => {
    const mint = String(facts.mintAddress);
    await db.tx(async (sql) => {
      const made = await sql(
        `insert into torture.nft (mint, holder, operation_id, held) values ($1, $2, $3, true)
          on conflict do nothing returning mint`,
        [mint, principal.id, id],
      );
      if (made.length > 0)
        await sql('update torture.nft set held = false where holder = $1 and mint <> $2', [
          principal.id,
          mint,
        ]);
    });
    return {
      newNFT: {
        nftId: id,
        tierName: tier.tierName,
        mintAddress: mint,
        transactionSignature: String(facts.transactionSignature),
        metadataUri: String(facts.metadataUri),
        benefits: {},
      },
    };
  };
  const reserve = ({ id }: { id: string }) =>
    db.sql('insert into torture.reservation (operation_id) values ($1) on conflict do nothing', [
      id,
    ]);
  const release = async ({ id }: { id: string }) =>
    void (await db.sql('delete from torture.reservation where operation_id = $1', [id]));
  const lacking = (code: string) => ({
    qualified: false as const,
    error: 'Not now.',
    requirements: [{ code, required: 1, actual: 0 }],
  });
  return {
    claim: {
      subject: async ({ principal }) => `first:${principal.id}`,
      async qualify({ id, principal }) {
        if ((await holderOf(db, principal.id)) !== null) return lacking('no_nft_yet');
        await reserve({ id });
        return { qualified: true, facts: { targetTier: tier } };
      },
      describe,
      record,
      release,
    },
    upgrade: {
      subject: async ({ principal }) => `nft:${await holderOf(db, principal.id)}`,
      async qualify({ id, principal }) {
        const mintAddress = await holderOf(db, principal.id);
        if (mintAddress === null) return lacking('nft_owned');
        await reserve({ id });
        return {
          qualified: true,
          facts: { currentNFT: { mintAddress, ...tier }, targetTier: tier },
        };
      },
      describe,
      record,
      release,
    },
    badge_activation: {
      subject: async ({ input }) => input.badgeId,
      async qualify({ id, input }) {
        await reserve({ id });
        return {
          qualified: true,
          facts: { badge: { badgeId: input.badgeId, name: 'Early Bird', status: 'owned' } },
        };
      },
      async record({ id, input }) {
        await db.sql(
          `insert into torture.badge (badge_id, operation_id) values ($1, $2)
            on conflict do nothing`,
          [input.badgeId, id],
        );
        return { badge: { badgeId: input.badgeId, name: 'Early Bird', status: 'activated' } };
      },
      release,
    },
  };
}
