import { NftUpgradeError, processes } from '@aiw3/nft-upgrade/protocol';
import { samplePayload } from '@aiw3/nft-upgrade/testing';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Db, Sql } from '../db/db.ts';
import { ask, input, START } from '../http/fixtures/setup.ts';
import type { Publication, Sink } from '../ports/sink.ts';
import { closeDatabases, databases } from '../testing/databases.ts';
import { type DatabaseJournal, databaseJournal } from './database-journal.ts';
import { createEmitter, type Emitter, type EmitterOptions } from './emitter.ts';
import { memoryJournal } from './memory-journal.ts';

afterAll(closeDatabases);
const patient = { timeout: 20_000 };
const alice = { id: 'alice', wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' };
const signature =
  '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW';
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const sample = <S extends string>(status: S) => samplePayload(processes.upgrade, status) as never;

const open = async (emitter: Emitter, headers: Record<string, string> = {}) => {
  const request = new Request(
    'https://a.example/',
    ask('POST', { body: input, headers: { accept: 'application/json', ...headers } }),
  );
  const { operation, response } = await emitter.respond(request, {
    process: 'upgrade',
    principal: alice,
  });
  if (!operation) throw new Error(`Refused with ${response.status}.`);
  return operation;
};

describe.each(databases)('what an emitter tells others, over $name', ({ open: openDb }) => {
  let db: Db;
  let journal: DatabaseJournal;
  let emitters: Emitter[] = [];
  beforeAll(async () => {
    db = await openDb();
    journal = await databaseJournal(db);
  });
  afterEach(async () => {
    await Promise.all(emitters.map((emitter) => emitter.stop()));
    emitters = [];
    await db.sql('truncate nft_upgrade_emitter.operation cascade');
  });
  afterAll(() => journal.stop());
  const make = (options: EmitterOptions) => {
    const emitter = createEmitter({ journal, ...options });
    emitters.push(emitter);
    return emitter;
  };

  it('publishes what the engine would: where the asset is, how it ended, in order', async () => {
    const published: Publication[] = [];
    const emitter = make({
      sinks: [{ name: 'crm', publish: async (publication) => void published.push(publication) }],
    });
    const operation = await open(emitter);
    await operation.emit('qualification_verified', sample('qualification_verified'));
    await operation.emit('awaiting_burn', sample('awaiting_burn'));
    await operation.emit('burn_verified', { burnTxSignature: signature, slot: 7 });
    await operation.emit('uploading_metadata', {});
    await expect.poll(() => published.map(({ id }) => id), patient).toEqual([`${operation.id}/4`]);
    expect(published[0]).toMatchObject({
      type: 'upgrade.burn_verified',
      asset: 'burned_owed',
      principal: alice,
      input,
      facts: { burnTxSignature: signature },
    });
  });

  it('an end is told, and an event that was refused is not', async () => {
    const published: string[] = [];
    const emitter = make({
      sinks: [{ name: 'crm', publish: async ({ type }) => void published.push(type) }],
    });
    const operation = await open(emitter);
    await expect(operation.emit('completed', sample('completed'))).rejects.toMatchObject({
      code: 'illegal_transition',
    });
    // Overtaken by another node: its append is rolled back whole.
    const first = await journal.read(operation.id, 0, 1);
    await expect(
      journal.append({ ...(first[0] as never as object), seq: 1 } as never, true, ['crm']),
    ).rejects.toMatchObject({
      code: 'journal_conflict',
    });
    await operation.emit('cancelled');
    await expect.poll(() => published, patient).toEqual(['upgrade.cancelled']);
    expect(await db.sql('select 1 from nft_upgrade_emitter.outbox')).toHaveLength(1);
  });

  it('S6: a sink that throws or hangs touches no operation; dead letters replay', async () => {
    let broken = true;
    const published: string[] = [];
    const bad: Sink = {
      name: 'bad',
      maxTries: 1,
      async publish({ type }) {
        if (broken) throw new NftUpgradeError('sink_refused', { message: 'Gone.' });
        published.push(type);
      },
    };
    const emitter = make({ sinks: [bad, { name: 'hangs', publish: () => new Promise(() => {}) }] });
    const operation = await open(emitter);
    expect(await operation.emit('cancelled')).toMatchObject({ seq: 2 });
    await expect
      .poll(async () => (await emitter.outbox?.list())?.map(({ sink }) => sink), patient)
      .toEqual(['bad']);
    const [dead] = (await emitter.outbox?.list()) ?? [];
    expect(dead).toMatchObject({
      operationId: operation.id,
      process: 'upgrade',
      error: expect.stringContaining('Gone.'),
    });
    broken = false;
    expect(await emitter.outbox?.replay({ id: dead?.id ?? 0 })).toBe(1);
    await expect.poll(() => published, patient).toEqual(['upgrade.cancelled']);
  });

  it('what one process emitted and did not tell, the next one tells', async () => {
    const stuck = make({ sinks: [{ name: 'crm', publish: () => new Promise(() => {}) }] });
    await (await open(stuck)).emit('cancelled');
    await stuck.stop();
    const published: string[] = [];
    make({ sinks: [{ name: 'crm', publish: async ({ type }) => void published.push(type) }] });
    await expect.poll(() => published, patient).toEqual(['upgrade.cancelled']);
  });

  it('wakes the streams of other nodes after the commit, never inside a transaction', async () => {
    const inside: string[] = [];
    const watched: Db = {
      ...db,
      flavour: db.flavour,
      sql: (text, parameters) => db.sql(text, parameters),
      listen: (channel, callback) => db.listen(channel, callback),
      tx: (work) =>
        db.tx((sql) => {
          const seen: Sql = (text, parameters) => {
            inside.push(text);
            return sql(text, parameters);
          };
          return work(seen);
        }),
    };
    const writer = await databaseJournal(watched);
    const operation = await open(make({ journal: writer }));
    let woken = 0;
    const unwatch = journal.watch(operation.id, () => (woken += 1));
    await operation.emit('qualification_verified', sample('qualification_verified'));
    await expect.poll(() => woken, patient).toBeGreaterThan(0);
    const before = woken;
    await writer.signal(operation.id, 'kyc', {});
    await expect.poll(() => woken, patient).toBeGreaterThan(before);
    expect(inside.some((text) => text.includes('insert into nft_upgrade_emitter.event'))).toBe(
      true,
    );
    expect(inside.filter((text) => /notify/i.test(text))).toEqual([]);
    unwatch();
    await writer.stop();
  });

  it("is part of the browser's trace: start, steps, deliveries and commands", async () => {
    const exported = new InMemorySpanExporter();
    const tracerProvider = new TracerProvider({
      spanProcessors: [new SimpleSpanProcessor({ exporter: exported })],
    });
    const published: string[] = [];
    const emitter = make({
      telemetry: { tracerProvider },
      sinks: [{ name: 'crm', publish: async ({ type }) => void published.push(type) }],
    });
    const operation = await open(emitter, { traceparent: `00-${traceId}-00f067aa0ba902b7-01` });
    await operation.emit('qualification_verified', sample('qualification_verified'));
    // Another process goes on with it.
    const resumed = await emitter.operation('upgrade', operation.id);
    await resumed.emit('awaiting_burn', sample('awaiting_burn'));
    const cancel = new Request(`https://a.example${START}/${operation.id}/cancel`, {
      method: 'POST',
    });
    expect((await emitter.fetch(cancel, { principal: alice })).status).toBe(202);
    await resumed.emit('cancelled');
    await expect.poll(() => published, patient).toEqual(['upgrade.cancelled']);
    const spans = () => exported.getFinishedSpans();
    await expect
      .poll(() => spans().some(({ name }) => name === 'nft_upgrade.deliver'), patient)
      .toBe(true);
    const start = spans().find(({ name }) => name === 'nft_upgrade.start');
    const children = spans().filter(
      ({ name }) => name === 'nft_upgrade.phase' || name === 'nft_upgrade.deliver',
    );
    expect(start?.spanContext().traceId).toBe(traceId);
    expect(
      children.map((span) => span.attributes['nft_upgrade.status.after'] ?? span.name),
    ).toEqual(['qualification_verified', 'awaiting_burn', 'cancelled', 'nft_upgrade.deliver']);
    for (const span of children) {
      expect(span.parentSpanContext?.spanId).toBe(start?.spanContext().spanId);
      expect(span.attributes['nft_upgrade.operation.id']).toBe(operation.id);
    }
    const command = spans().find(({ name }) => name === 'nft_upgrade.command');
    expect(command?.attributes['nft_upgrade.command']).toBe('cancel');
    expect(command?.links.map((link) => link.context.traceId)).toEqual([traceId]);
  });
});

it('a journal without an outbox takes no sinks, and a sink without a name is no sink', async () => {
  const sink: Sink = { name: 'crm', publish: async () => undefined };
  expect(() => createEmitter({ journal: memoryJournal(), sinks: [sink] })).toThrow(
    expect.objectContaining({ code: 'invalid_option' }),
  );
  expect(() => createEmitter({ sinks: [{ ...sink, name: 'A B' }] })).toThrow(
    expect.objectContaining({ code: 'invalid_option' }),
  );
});

it('a transaction that can no longer land is made anew by the host, and only then', async () => {
  let dead = false;
  const fresh = sample('awaiting_burn') as Record<string, unknown>;
  const emitter = createEmitter({
    renewBurn: async ({ snapshot }) =>
      dead ? { ...fresh, message: `after ${snapshot.seq}` } : null,
  });
  const operation = await open(emitter);
  const ask = () =>
    emitter.fetch(
      new Request(`https://a.example${START}/${operation.id}/burn-transaction`, { method: 'POST' }),
      { principal: alice },
    );
  expect(await (await ask()).json()).toMatchObject({ code: 'burn_not_expected' });
  await operation.emit('qualification_verified', sample('qualification_verified'));
  await operation.emit('awaiting_burn', sample('awaiting_burn'));
  expect(await (await ask()).json()).toMatchObject({ code: 'burn_still_valid' });
  dead = true;
  expect(await (await ask()).json()).toMatchObject({
    operation: { status: 'awaiting_burn', seq: 4 },
  });
  expect((await operation.emit('cancelled')).seq).toBe(5);
});
