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
