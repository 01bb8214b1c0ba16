import type { Migration } from '../db/migrate.ts';
import { deliveryIndexes, heldDeliveries } from '../db/tables/outbox.ts';

/** The tables of an emitter, in schema `nft_upgrade_emitter`. */
export const emitterMigrations: readonly Migration[] = [
  {
    id: 1,
    name: 'emitter',
    // Where a version of the kit made them that kept no account of it, they are there already.
    up: `
  create table if not exists nft_upgrade_emitter.operation (
    id text primary key, process text not null, principal text not null, subject text not null,
    live boolean not null,
    created_at timestamptz not null default clock_timestamp()
  );
  create unique index if not exists operation_live_subject on nft_upgrade_emitter.operation
    (principal, process, subject) where live;
  create table if not exists nft_upgrade_emitter.event (
    operation_id text not null references nft_upgrade_emitter.operation (id), seq int not null,
      data jsonb not null, primary key (operation_id, seq)
  );
  create table if not exists nft_upgrade_emitter.request_key (
    principal text not null, key text not null, request text not null,
      operation_id text not null references nft_upgrade_emitter.operation (id),
    primary key (principal, key)
  );
  create table if not exists nft_upgrade_emitter.signal (
    operation_id text not null references nft_upgrade_emitter.operation (id), number int not null,
      name text not null, value jsonb not null,
    primary key (operation_id, number)
  );
  alter table nft_upgrade_emitter.operation add column if not exists wallet text,
    add column if not exists traceparent text;
  create table if not exists nft_upgrade_emitter.outbox (
    id bigint generated always as identity primary key,
      operation_id text not null references nft_upgrade_emitter.operation (id), topic text not null,
    data jsonb not null, created_at timestamptz not null default clock_timestamp()
  );
  create index if not exists outbox_age on nft_upgrade_emitter.outbox (created_at);
  create table if not exists nft_upgrade_emitter.delivery (
    id bigint generated always as identity primary key, sink text not null,
      outbox_id bigint not null references nft_upgrade_emitter.outbox (id),
    operation_id text not null, state text not null default 'waiting'
      check (state in ('waiting', 'delivered', 'dead', 'skipped')),
    tries int not null default 0, error text, due_at timestamptz not null default clock_timestamp(),
      settled_at timestamptz, unique (outbox_id, sink)
  );
  create index if not exists delivery_due on nft_upgrade_emitter.delivery (sink, due_at)
    where state = 'waiting';
  create index if not exists delivery_order on nft_upgrade_emitter.delivery
    (sink, operation_id, outbox_id) where state in ('waiting', 'dead');
`,
  },
  {
    id: 2,
    name: heldDeliveries.name,
    up: heldDeliveries.up.replaceAll('nft_upgrade.', 'nft_upgrade_emitter.'),
  },
  { id: 3, ...deliveryIndexes },
  {
    id: 4,
    name: 'retention indexes',
    indexes: [
      { name: 'operation_ended', on: 'operation (created_at) where not live' },
      { name: 'operation_owner', on: 'operation (principal, id)' },
      { name: 'request_key_operation', on: 'request_key (operation_id)' },
    ],
    up: '',
  },
];
