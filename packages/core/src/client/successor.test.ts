import { expect, test } from 'vitest';
import { createUpgradeClient, type Processes } from '../index.ts';
import { foldAll } from '../machine/reduce.ts';
import { upgrade } from '../processes/index.ts';
import { memoryFetch } from '../stream/fixtures/memory-fetch.ts';
import { recordings } from '../stream/fixtures/recordings.ts';
import { quietEnvironment } from '../stream/fixtures/run.ts';
import { createScriptedServer, problem } from '../stream/fixtures/scripted-server.ts';
import { createTestClock } from '../stream/fixtures/test-clock.ts';

const old = recordings.upgrade;
const begunAgain = old.map((event) => ({ ...event, operationId: 'upg_2', upgradeId: 'upg_2' }));

/** A server whose database was restored from before the operation, with another one begun. */
async function restored(from: number, known = begunAgain) {
  const time = createTestClock();
  const server = createScriptedServer({ process: upgrade, log: known });
  const memory = memoryFetch(server);
  const missing = memoryFetch(
    createScriptedServer({
      process: upgrade,
      log: old,
      fault: () => problem(404, 'unknown_process'),
    }),
  );
  const asked: string[] = [];
  const client = createUpgradeClient<Processes>({
    baseUrl: '',
    processes: { upgrade },
    environment: {
      ...quietEnvironment,
      random: () => 1,
      warn: () => undefined,
      clock: time.clock,
      fetch: (input, init) => {
        asked.push(input);
        if (input.includes('active=true'))
          return Promise.resolve(
            Response.json({ operations: [foldAll(upgrade, known.slice(0, 4))] }),
          );
        return input.includes('upg_1') ? missing(input, init) : memory(input, init);
      },
    },
  });
  const operation = client
    .process('upgrade')
    .attach(foldAll(upgrade, old.slice(0, from)) ?? old[0]?.operationId ?? '');
  const reasons = new Set<unknown>();
  operation.subscribe(() => reasons.add(operation.getSnapshot().connection.reason));
  await time.advance(10_000);
  return { operation, asked, reasons, client };
}

test('a lost operation goes on as the one that the server has for its NFT: said', async () => {
  const { operation, reasons } = await restored(8);
  await expect(operation.done).resolves.toMatchObject({
    operationId: 'upg_2',
    status: 'completed',
  });
  expect(operation.id).toBe('upg_2');
  expect(reasons).toContain('superseded');
});

test('nothing at stake, or another NFT: no other operation is shown', async () => {
  const safe = await restored(3);
  expect(safe.asked.filter((path) => path.includes('active=true'))).toEqual([]);
  expect(safe.operation.getSnapshot().connection).toMatchObject({
    state: 'reconnecting',
    reason: 'not_found',
  });
  safe.client.close();
  const other = begunAgain.map((event) =>
    event.status === 'qualification_verified'
      ? {
          ...event,
          currentNFT: {
            mintAddress: 'Vote111111111111111111111111111111111111111',
            tierId: 'a',
            tierName: 'A',
          },
        }
      : event,
  );
  const strange = await restored(8, other);
  expect(strange.asked.filter((path) => path.includes('active=true')).length).toBeGreaterThan(0);
  expect(strange.operation.id).toBe('upg_1');
  strange.client.close();
});
