import type { UnnumberedMigration } from '../migrate.ts';

export const heldDeliveries: UnnumberedMigration = {
  name: 'held deliveries',
  up: `
    -- A delivery that waits for one before it, of the same operation, is not due. A column and no
    -- state: nodes that do not know it look at the state, and keep the order in their own way.
    alter table nft_upgrade.delivery add column held boolean not null default false;
  `,
};

/** The same for both outboxes. */
export const deliveryIndexes: UnnumberedMigration = {
  name: 'delivery indexes',
  indexes: [
    { name: 'delivery_ready', on: `delivery (sink, due_at) where state = 'waiting' and not held` },
    { name: 'delivery_held', on: `delivery (sink, due_at) where state = 'waiting' and held` },
    { name: 'delivery_waiting', on: `delivery (sink, id) where state = 'waiting'` },
    { name: 'delivery_dead', on: `delivery (id) where state = 'dead'` },
    { name: 'delivery_operation', on: 'delivery (operation_id)' },
    { name: 'outbox_operation', on: 'outbox (operation_id)' },
  ],
  up: '',
};
