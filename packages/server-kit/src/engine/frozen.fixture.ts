/**
 * A node for tests, on the Postgres of its first argument: begins a claim, says which, and is slow
 * to prepare its mint. It is frozen there, and says what it does after it woke.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { postgres } from '../db/postgres.ts';
import { createService } from '../service.ts';
import { memoryChain } from '../testing/memory-chain.ts';
import { memoryContent, permissiveRules } from '../testing/rules.ts';

const { chain } = memoryChain();
const { promise: awake, resolve: wake } = Promise.withResolvers<void>();
const service = await createService({
  db: await postgres({ connectionString: process.argv[2] ?? '' }),
  chain: {
    ...chain,
    mint: {
      ...chain.mint,
      async prepare(...order) {
        const attempt = await chain.mint.prepare(...order);
        console.log('minting');
        await sleep(1_000);
        console.log('awake');
        wake();
        return attempt;
      },
      async send(attempt) {
        console.log('sent');
        return chain.mint.send(attempt);
      },
    },
  },
  content: memoryContent().store,
  rules: permissiveRules('').rules,
  takeoverMs: 600,
});
const { snapshot } = await service.start({
  process: 'claim',
  principal: { id: 'alice', wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' },
  input: {},
  idempotencyKey: null,
});
console.log(snapshot.operationId);
await awake;
// The step in hand ends first.
await service.stop();
console.log('stopped');
process.exit(0);
