import assert from 'node:assert/strict';
import {
  NftUpgradeError,
  nextEvent,
  type OperationEvent,
  processes,
} from '@aiw3/nft-upgrade/protocol';
import type { Journal, JournalEntry } from '../emitter/journal.ts';
import { type ContractCase, eventually } from './suite.ts';

const process = processes.upgrade;
const at = new Date(Date.UTC(2026, 10, 23, 10));
const key = { key: 'key-00000001', request: 'digest' };

const entryOf = (operationId: string, given: Partial<JournalEntry> = {}): JournalEntry => ({
  operationId,
  process: process.name,
  principalId: 'alice',
  subject: 'nft-1',
  ...given,
});
const firstOf = (operationId: string): OperationEvent =>
  nextEvent(
    process,
    null,
    process.initial,
    { version: 1, input: { targetTierId: 'tier-2' } },
    { operationId, at },
  );
const eventOf = (operationId: string, seq: number, status = 'cancelled'): OperationEvent => ({
  ...firstOf(operationId),
  seq,
  status,
});
const isConflict = (thrown: unknown) =>
  thrown instanceof NftUpgradeError && thrown.code === 'journal_conflict';

/**
 * What an emitter asks of a journal, as cases for any test runner. `open` gives an empty journal
 * each time.
 * @example for (const { name, run } of journalSuite(() => myJournal())) test(name, run);
 */
export function journalSuite(open: () => Journal | Promise<Journal>): readonly ContractCase[] {
  const one = (name: string, run: (journal: Journal) => Promise<void>): ContractCase => ({
    name,
    run: async () => run(await open()),
  });
  const create = (journal: Journal, id: string, given?: Partial<JournalEntry>) =>
    journal.create(entryOf(id, given), firstOf(id), null);
  return [
    one('makes an operation with its first event, and finds it again', async (journal) => {
      assert.deepEqual(await journal.create(entryOf('a'), firstOf('a'), key), {
        operationId: 'a',
        created: true,
        request: 'digest',
      });
      assert.deepEqual(await journal.find('a'), entryOf('a'));
      assert.equal(await journal.find('b'), null);
      assert.deepEqual(await journal.read('a', 0, 10), [firstOf('a')]);
      assert.deepEqual(await journal.read('b', 0, 10), []);
    }),
    one('a key stands for its first request for ever, of its principal only', async (journal) => {
      await journal.create(entryOf('a'), firstOf('a'), key);
      await journal.append(eventOf('a', 2), true);
      const again = await journal.create(entryOf('b'), firstOf('b'), { ...key, request: 'other' });
      assert.deepEqual(again, { operationId: 'a', created: false, request: 'digest' });
      const bob = await journal.create(entryOf('c', { principalId: 'bob' }), firstOf('c'), {
        ...key,
        request: 'his',
      });
      assert.deepEqual(bob, { operationId: 'c', created: true, request: 'his' });
    }),
    one(
      'a second start joins the live operation of the subject, and its key stays with it',
      async (journal) => {
        await create(journal, 'a');
        assert.deepEqual(await journal.create(entryOf('b'), firstOf('b'), key), {
          operationId: 'a',
          created: false,
          request: 'digest',
        });
        assert.equal((await create(journal, 'c', { subject: 'nft-2' })).created, true);
        assert.deepEqual(await journal.live('alice', process.name), ['c', 'a']);
        await journal.append(eventOf('a', 2), true);
        assert.deepEqual(await journal.live('alice', process.name), ['c']);
        assert.equal((await create(journal, 'd')).operationId, 'd');
        assert.equal((await journal.create(entryOf('e'), firstOf('e'), key)).operationId, 'a');
      },
    ),
    one('twenty starts at once make one operation', async (journal) => {
      const starts = Array.from({ length: 20 }, (_, index) =>
        journal.create(entryOf(`a${index}`), firstOf(`a${index}`), key),
      );
      const made = await Promise.all(starts);
      assert.equal(made.filter(({ created }) => created).length, 1);
      assert.equal(new Set(made.map(({ operationId }) => operationId)).size, 1);
    }),
    one(
      'takes only the next event: a doubled, a skipped and a late one write nothing',
      async (journal) => {
        await create(journal, 'a');
        await journal.append(eventOf('a', 2, 'qualification_verified'), false);
        await assert.rejects(journal.append(eventOf('a', 2), false), isConflict);
        await assert.rejects(journal.append(eventOf('a', 4), false), isConflict);
        await journal.append(eventOf('a', 3), true);
        await assert.rejects(journal.append(eventOf('a', 4), false), isConflict);
        assert.deepEqual(
          (await journal.read('a', 0, 10)).map(({ seq }) => seq),
          [1, 2, 3],
        );
      },
    ),
    one('of twenty writers of one number one wins', async (journal) => {
      await create(journal, 'a');
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, () => journal.append(eventOf('a', 2), false)),
      );
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
      assert.ok(
        results.every((result) => result.status === 'fulfilled' || isConflict(result.reason)),
      );
      assert.equal((await journal.read('a', 0, 10)).length, 2);
    }),
    one('reads from any number on, in pages', async (journal) => {
      await create(journal, 'a');
      for (let seq = 2; seq <= 9; seq += 1)
        await journal.append(eventOf('a', seq, 'awaiting_burn'), false);
      const seqs = async (after: number, limit: number) =>
        (await journal.read('a', after, limit)).map(({ seq }) => seq);
      assert.deepEqual(await seqs(0, 3), [1, 2, 3]);
      assert.deepEqual(await seqs(7, 100), [8, 9]);
      assert.deepEqual(await seqs(9, 100), []);
    }),
    one('keeps signals in order, each once', async (journal) => {
      await create(journal, 'a');
      await journal.signal('a', 'burn', { burnTxSignature: 'x' });
      await journal.signal('a', 'burn', { burnTxSignature: 'x' });
      await journal.signal('a', 'cancel', { burnTxSignature: 'x' });
      await journal.signal('a', 'burn', { burnTxSignature: 'y' });
      await journal.signal('a', 'nothing', null);
      assert.deepEqual(await journal.signals('a'), [
        { number: 1, name: 'burn', value: { burnTxSignature: 'x' } },
        { number: 2, name: 'cancel', value: { burnTxSignature: 'x' } },
        { number: 3, name: 'burn', value: { burnTxSignature: 'y' } },
        { number: 4, name: 'nothing', value: null },
      ]);
      assert.deepEqual(await journal.signals('b'), []);
      await assert.rejects(
        journal.signal('b', 'burn', {}),
        (thrown) => thrown instanceof NftUpgradeError && thrown.code === 'not_found',
      );
    }),
    one(
      'wakes who watches the operation, for events and signals, and nobody else',
      async (journal) => {
        await create(journal, 'a');
        await create(journal, 'b', { subject: 'nft-2' });
        const woken = { a: 0, b: 0, gone: 0 };
        const ends = [
          journal.watch('a', () => (woken.a += 1)),
          journal.watch('b', () => (woken.b += 1)),
        ];
        journal.watch('a', () => (woken.gone += 1))();
        await journal.append(eventOf('a', 2, 'qualification_verified'), false);
        await eventually(() => assert.ok(woken.a >= 1));
        const before = woken.a;
        await journal.signal('a', 'burn', {});
        await eventually(() => assert.ok(woken.a > before));
        assert.deepEqual([woken.b, woken.gone], [0, 0]);
        for (const end of ends) end();
      },
    ),
  ];
}
