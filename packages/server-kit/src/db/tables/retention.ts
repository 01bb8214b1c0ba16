import type { UnnumberedMigration } from '../migrate.ts';

export const whatStays: UnnumberedMigration = {
  name: 'what stays',
  indexes: [{ name: 'operation_owner', on: 'operation (principal, id)' }],
  up: `
    -- A burned NFT counts once, for ever, also after its operation was deleted: what stays names
    -- the NFTs and the transactions, and no user.
    alter table nft_upgrade.burned drop constraint burned_operation_id_fkey;
    alter table nft_upgrade.burned add column mint_address text, add column mint_signature text;

    -- How often something was delivered by operations that were deleted since: the address of the
    -- next one follows from the number. The key is a hash, so no user is named.
    create table nft_upgrade.delivered_before (who text primary key, number int not null);
  `,
};
