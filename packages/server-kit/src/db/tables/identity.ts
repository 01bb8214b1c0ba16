import type { UnnumberedMigration } from '../migrate.ts';

export const identity: UnnumberedMigration = {
  name: 'identity',
  up: `
    -- The NFT that an operation burns, from its qualification on. Of operations that live now each
    -- NFT is given to the oldest.
    alter table nft_upgrade.operation add column nft text;
    update nft_upgrade.operation o set nft = q.mint from (
      select distinct on (mint) id, mint from (
        select l.id, l.created_at, e.data->'currentNFT'->>'mintAddress' as mint
          from nft_upgrade.operation l join nft_upgrade.event e on e.operation_id = l.id
          where l.live and e.status = 'qualification_verified') known
        where mint is not null order by mint, created_at) q
      where q.id = o.id;

    -- One transaction may burn several NFTs, each for its own operation: the asset alone is what
    -- counts once.
    alter table nft_upgrade.burned drop constraint burned_signature_key;

    -- Burns without a memo of ours, for which no operation lived: people decide, once.
    create table nft_upgrade.unbound_burn (
      asset        text primary key,
      owner        text not null,
      signature    text not null,
      slot         bigint not null,
      memo         text,
      operation_id text not null references nft_upgrade.operation (id),
      decision     text not null default 'open'
        check (decision in ('open', 'honoured', 'declined')),
      decided_by   text,
      decided_at   timestamptz,
      begun_at     timestamptz,
      created_at   timestamptz not null default clock_timestamp()
    );
    create index unbound_burn_open on nft_upgrade.unbound_burn (created_at)
      where decision = 'open' or (decision = 'honoured' and begun_at is null);
    create index unbound_burn_operation on nft_upgrade.unbound_burn (operation_id);
  `,
};

export const identityIndexes: UnnumberedMigration = {
  name: 'identity indexes',
  indexes: [
    // One live operation for one NFT, whichever process and user.
    {
      name: 'operation_live_nft',
      unique: true,
      on: 'operation (nft) where live and nft is not null',
    },
    // How often a claim was delivered before, which its address follows from.
    {
      name: 'operation_delivered',
      on: `operation (principal, process, subject) where status = 'completed'`,
    },
  ],
  up: '',
};
