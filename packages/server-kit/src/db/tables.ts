import type { Migration } from './migrate.ts';
import { identity, identityIndexes } from './tables/identity.ts';
import { ageIndexes, ages, leases, operationIndexes } from './tables/operation.ts';
import { deliveryIndexes, heldDeliveries } from './tables/outbox.ts';
import { whatStays } from './tables/retention.ts';

/**
 * The tables of the kit, in schema `nft_upgrade`. A migration that has landed never changes; a
 * change is one more.
 */
export const migrations: readonly Migration[] = [
  {
    id: 1,
    name: 'journal',
    up: `
      -- One row an operation. Its status columns repeat the last event, so that lists, locks and
      -- sweeps need no fold; the events are the truth.
      create table nft_upgrade.operation (
        id          text primary key,
        process     text not null,
        version     int  not null,
        principal   text not null,
        wallet      text,
        subject     text not null,
        input       jsonb not null,
        mint_key    text not null,
        status      text not null,
        phase       text not null,
        asset       text not null,
        seq         int  not null,
        live        boolean not null,
        created_at  timestamptz not null default clock_timestamp(),
        updated_at  timestamptz not null default clock_timestamp(),
        checked_at  timestamptz not null default clock_timestamp()
      );
      -- One live operation for one thing of one user: a second start joins it.
      create unique index operation_live_subject on nft_upgrade.operation
        (principal, process, subject) where live;
      create index operation_watch on nft_upgrade.operation (status, checked_at) where live;
      create index operation_principal on nft_upgrade.operation
        (principal, process, created_at desc) where live;

      create table nft_upgrade.idempotency_key (
        principal    text not null,
        key          text not null,
        process      text not null,
        input        jsonb not null,
        operation_id text not null references nft_upgrade.operation (id),
        created_at   timestamptz not null default clock_timestamp(),
        primary key (principal, key)
      );

      -- The journal. The primary key is the optimistic lock and the fence against workers that woke
      -- up late.
      create table nft_upgrade.event (
        operation_id text not null references nft_upgrade.operation (id),
        seq          int  not null,
        status       text not null,
        data         jsonb not null,
        node         text not null,
        at           timestamptz not null default clock_timestamp(),
        primary key (operation_id, seq)
      );

      -- What is about to be done, written before it is done: burn transactions handed out, metadata
      -- to upload, signed mints.
      create table nft_upgrade.attempt (
        operation_id text not null references nft_upgrade.operation (id),
        kind         text not null,
        attempt      int  not null,
        data         jsonb not null,
        outcome      text,
        created_at   timestamptz not null default clock_timestamp(),
        primary key (operation_id, kind, attempt)
      );

      -- Signatures that may be the burn: reported, or known from signed bytes that were stored
      -- before they were sent.
      create table nft_upgrade.burn_signature (
        operation_id       text not null references nft_upgrade.operation (id),
        signature          text not null,
        signed_transaction text,
        attempt            int,
        refused            text,
        created_at         timestamptz not null default clock_timestamp(),
        primary key (operation_id, signature)
      );

      -- A burned NFT counts once, for ever: the key is the asset, because one burn can be signed in
      -- several ways.
      create table nft_upgrade.burned (
        asset        text primary key,
        operation_id text not null unique references nft_upgrade.operation (id),
        signature    text not null unique,
        slot         bigint not null,
        created_at   timestamptz not null default clock_timestamp()
      );

      -- Obligations: opened when the retries are used up, settled once, by delivery or by
      -- compensation,
      -- never by both.
      create table nft_upgrade.obligation (
        operation_id    text primary key references nft_upgrade.operation (id),
        compensation_id text not null unique,
        evidence        jsonb not null,
        opened_at       timestamptz not null default clock_timestamp(),
        settlement      text check (settlement in ('delivered', 'compensated')),
        settled_at      timestamptz
      );

      create table nft_upgrade.outbox (
        id           bigint generated always as identity primary key,
        operation_id text not null references nft_upgrade.operation (id),
        topic        text not null,
        data         jsonb not null,
        tries        int not null default 0,
        due_at       timestamptz not null default clock_timestamp(),
        created_at   timestamptz not null default clock_timestamp(),
        delivered_at timestamptz
      );
      create index outbox_due on nft_upgrade.outbox (due_at, id) where delivered_at is null;

      create table nft_upgrade.setting (key text primary key, value text not null);
    `,
  },
  {
    id: 2,
    name: 'sinks',
    up: `
      -- One row for each sink that is to be told: its own tries, its own pace, its own dead
      -- letters.
      create table nft_upgrade.delivery (
        id           bigint generated always as identity primary key,
        sink         text not null,
        outbox_id    bigint not null references nft_upgrade.outbox (id),
        operation_id text not null,
        state        text not null default 'waiting'
          check (state in ('waiting', 'delivered', 'dead', 'skipped')),
        tries        int not null default 0,
        error        text,
        due_at       timestamptz not null default clock_timestamp(),
        settled_at   timestamptz,
        unique (outbox_id, sink)
      );
      create index delivery_due on nft_upgrade.delivery (sink, due_at) where state = 'waiting';
      create index delivery_order on nft_upgrade.delivery (sink, operation_id, outbox_id)
        where state in ('waiting', 'dead');
      insert into nft_upgrade.delivery (sink, outbox_id, operation_id, tries)
        select case topic when 'alert' then 'alerts' else topic end, id, operation_id, tries
        from nft_upgrade.outbox where delivered_at is null and topic in ('alert', 'release');

      drop index nft_upgrade.outbox_due;
      alter table nft_upgrade.outbox drop column tries, drop column due_at,
        drop column delivered_at;
      create index outbox_age on nft_upgrade.outbox (created_at);

      -- W3C trace context of the request that started the operation: later steps, on any node,
      -- belong to its trace.
      alter table nft_upgrade.operation add column traceparent text;
    `,
  },
  {
    id: 3,
    name: 'durations',
    up: `
      -- The last completed operations of a process, for the usual length of its steps.
      create index operation_completed on nft_upgrade.operation (process, updated_at desc)
        where status = 'completed';
    `,
  },
  {
    id: 4,
    name: 'operators',
    up: `
      -- An alarm goes out once for each obligation that grows too old.
      alter table nft_upgrade.obligation add column alarmed_at timestamptz;
      create index obligation_open on nft_upgrade.obligation (opened_at) where settlement is null;

      -- What an operator decided at a command line. The nodes carry it out: they have the keys, and
      -- decide against each other in one place.
      create table nft_upgrade.operator_request (
        id            bigint generated always as identity primary key,
        operation_id  text not null references nft_upgrade.operation (id),
        action        text not null check (action in ('retry', 'compensate')),
        requested_by  text not null,
        requested_at  timestamptz not null default clock_timestamp(),
        claimed_until timestamptz not null default '-infinity',
        done_at       timestamptz,
        outcome       jsonb
      );
      create index operator_request_open on nft_upgrade.operator_request (id) where done_at is null;
    `,
  },
  {
    id: 5,
    name: 'mint keys',
    up: `
      -- Keys that anything may have been minted with, so that it is found again also after they
      -- were rotated.
      insert into nft_upgrade.setting (key, value)
        select 'mint_key ' || mint_key, '' from nft_upgrade.operation where mint_key <> ''
          group by mint_key on conflict do nothing;
    `,
  },
  {
    id: 6,
    name: 'sweeps',
    up: `
      -- The order in which live operations are looked at, for the watch and for the sweep: those
      -- that nobody has looked at longest come first.
      create index operation_checked on nft_upgrade.operation (checked_at) where live;
      drop index nft_upgrade.operation_watch;
    `,
  },
  { id: 7, ...heldDeliveries },
  { id: 8, ...deliveryIndexes },
  { id: 9, ...operationIndexes },
  { id: 10, ...identity },
  { id: 11, ...identityIndexes },
  { id: 12, ...leases },
  { id: 13, ...ages },
  { id: 14, ...ageIndexes },
  { id: 15, ...whatStays },
];
