import type { UnnumberedMigration } from '../migrate.ts';

export const operationIndexes: UnnumberedMigration = {
  name: 'operation indexes',
  indexes: [
    // By definition and status, so that what is for other nodes, or waits for nothing, costs
    // nothing. operation_checked stays until no node needs it.
    { name: 'operation_turn', on: 'operation (process, version, status, checked_at) where live' },
    { name: 'operation_ended', on: 'operation (updated_at) where not live' },
    // Columns that point at an operation: without one, to delete it reads the whole table.
    { name: 'idempotency_key_operation', on: 'idempotency_key (operation_id)' },
    { name: 'operator_request_operation', on: 'operator_request (operation_id)' },
  ],
  up: '',
};

export const leases: UnnumberedMigration = {
  name: 'leases',
  up: `
    -- Who may write for an operation: whoever takes it up gets another number, and what comes with
    -- an earlier one is refused. Until when it is held without a further sign.
    alter table nft_upgrade.operation
      add column lease int not null default 0,
      add column leased_until timestamptz not null default '-infinity';
  `,
};

export const ages: UnnumberedMigration = {
  name: 'ages',
  up: `
    -- Since when the asset is where it is, and whether people were alerted that it is there too
    -- long.
    alter table nft_upgrade.operation
      add column asset_since timestamptz,
      add column alerted boolean not null default false;

    -- delivery: what it owes could not be delivered. records: what was delivered is not in the
    -- records of the host. age: it stands where it should not, for too long.
    alter table nft_upgrade.obligation
      add column kind text not null default 'delivery'
        check (kind in ('delivery', 'records', 'age'));
  `,
};

export const ageIndexes: UnnumberedMigration = {
  name: 'age indexes',
  indexes: [
    {
      name: 'operation_age',
      on: `operation ((coalesce(asset_since, updated_at))) where live and not alerted
        and asset in ('at_risk', 'burned_owed', 'delivered')`,
    },
    // Decided and not alarmed about: most are paid within seconds.
    {
      name: 'obligation_unpaid',
      on: `obligation (settled_at) where settlement = 'compensated' and alarmed_at is null`,
    },
  ],
  up: '',
};
