import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createService } from '../../service.ts';
import { mintFacts, openSolanaEnvironment, type SolanaEnvironment } from '../../solana/fixtures.ts';
import { journalFaults } from '../../testing/invariants.ts';
import { startTortureDatabase, type TortureDatabase } from '../../testing/torture/database.ts';
import { type Doom, nodeOf, useNode } from './doom.fixture.ts';

const pace = { slotMs: 20, finalizeDepth: 4 };

/** Where a process is killed, by the names that the crash harness gives to its writes. */
const deaths = [
  {
    row: 'B1',
    where: 'with the signed burn stored and not sent',
    write: 'burn.broadcast#1',
    when: 'before',
  },
  {
    row: 'B2',
    where: 'with the burn sent and nobody told',
    write: 'burn.broadcast#1',
    when: 'after',
  },
  {
    row: 'M3',
    where: 'with the metadata stored and not noted',
    write: 'content.put#1',
    when: 'after',
  },
  {
    row: 'K1',
    where: 'before the mint is written down',
    write: 'commit attempt#1',
    when: 'before',
  },
  {
    row: 'K2',
    where: 'with the mint written down and not sent',
    write: 'mint.send#1',
    when: 'before',
  },
  { row: 'K3', where: 'with the mint sent and not noted', write: 'mint.send#1', when: 'after' },
  {
    row: 'K4',
    where: 'with the mint final and not noted',
    write: 'commit attempt#2',
    when: 'before',
  },
  {
    row: 'S4',
    where: 'with the host told and the user not',
    write: 'upgrade.record#1',
    when: 'after',
  },
] as const;

describe.each(['pglite', 'postgres'] as const)(
  'S4: a process that is killed by the system, on %s',
  (flavour) => {
    let solana: SolanaEnvironment;
    let database: TortureDatabase;
    let content: string;
    beforeAll(async () => {
      [solana, database, content] = await Promise.all([
        openSolanaEnvironment('lite', {}, pace),
        startTortureDatabase(flavour),
        mkdtemp(join(tmpdir(), 'killed-')),
      ]);
    });
    afterAll(async () => {
      await Promise.all([
        solana.stop(),
        database.stop(),
        rm(content, { recursive: true, force: true }),
      ]);
    });

    it.each(deaths)(
      '$row, I1: $where: the next one delivers the one NFT',
      async ({ write, when }) => {
        const owner = await solana.wallet();
        const old = await solana.issue(owner);
        const doom: Doom = {
          database: database.url,
          rpcUrl: solana.local.rpcUrl,
          content,
          authority: [...solana.authority.secretKey],
          owner: [...owner.secretKey],
          mint: old.mint,
          point: { write, when },
        };
        const program = join(import.meta.dirname, 'victim.fixture.ts');
        const first = spawn(
          process.execPath,
          ['--conditions=aiw3-source', '--disable-warning=DEP0040', program, JSON.stringify(doom)],
          {
            stdio: ['ignore', 'ignore', 'inherit'],
          },
        );
        expect(await once(first, 'exit')).toEqual([null, 'SIGKILL']);
        // Nobody is there: what was sent becomes final, and what was not sent does not die of old
        // age, however long it takes to start again.
        solana.controls.pause();
        solana.controls.advance(2 * pace.finalizeDepth);

        const db = await database.open();
        const service = await createService(await nodeOf(doom, db));
        solana.controls.resume();
        const { facts } = await useNode(service, doom);
        await service.stop();
        const faults = await journalFaults(db);
        const attempts = await db.sql(
          `select kind, attempt from nft_upgrade.attempt
            where operation_id =
              (select operation_id from nft_upgrade.idempotency_key where key = $1) order by kind`,
          [owner.publicKey.toBase58()],
        );
        await db.close();
        expect(faults).toEqual([]);
        // One prompt, one plan, one mint: what was written down before the death is what is carried
        // out after it.
        expect(attempts).toEqual(['burn', 'mint', 'upload'].map((kind) => ({ kind, attempt: 1 })));
        expect(await mintFacts(solana.connection, old.mint)).toMatchObject({ supply: '0' });
        expect(await solana.held(owner.publicKey)).toEqual([facts.mintAddress]);
      },
    );
  },
);
