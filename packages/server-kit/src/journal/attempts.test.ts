import { afterAll, describe, expect, it } from 'vitest';
import type { Db, Sql } from '../db/db.ts';
import { migrate } from '../db/migrate.ts';
import { migrations } from '../db/tables.ts';
import { closeDatabases, databases } from '../testing/databases.ts';
import { attemptsOf } from './attempts.ts';

afterAll(closeDatabases);

describe.each(databases)('what an operation tried, on $name', ({ open }) => {
  it('is looked at once in a step, and again after the step has written', async () => {
    const db = await open();
    await migrate(db, migrations);
    await db.sql(
      `insert into nft_upgrade.operation (id, process, version, principal, subject, input, mint_key,
        status, phase, asset, seq, live)
       values ('upg_1', 'upgrade', 1, 'alice', 'nft', '{}', '', 'minting_new_nft', 'mint',
         'burned_owed', 1, true)`,
    );
    let looks = 0;
    const sql: Sql = (text, ...rest) => {
      if (text.trimStart().startsWith('select')) looks += 1;
      return db.sql(text, ...rest);
    };
    const counted: Db = { ...db, sql };
    const attempts = attemptsOf(counted, 'upg_1');

    expect([
      await attempts.list('mint'),
      await attempts.list('upload'),
      await attempts.signatures(),
      looks,
    ]).toEqual([[], [], [], 1]);
    expect(await attempts.write('mint', 1, { signature: 'first' })).toBe(true);
    expect(await attemptsOf(counted, 'upg_1').write('mint', 1, { signature: 'second' })).toBe(
      false,
    );
    expect(await attempts.list('mint')).toMatchObject([
      { attempt: 1, data: { signature: 'first' }, outcome: null },
    ]);
    await attempts.settle('mint', 1, 'minted in slot 7');
    await attempts.refuseSignature('stranger', 'burn_memo_mismatch');
    expect(await attempts.list('mint')).toMatchObject([{ outcome: 'minted in slot 7' }]);
    expect(await attempts.signatures()).toMatchObject([
      { signature: 'stranger', refused: 'burn_memo_mismatch', signed_transaction: null },
    ]);
    expect(looks).toBe(3);

    const known = { attempts: [], signatures: await attempts.signatures() };
    expect(await attemptsOf(counted, 'upg_1', known).signatures()).toMatchObject([
      { signature: 'stranger' },
    ]);
    expect(looks).toBe(3);
  });
});
