/**
 * A node for tests, on the Postgres of its first argument: begins a claim, says which, and hangs in
 * the middle of its upload until it is killed.
 */
import { postgres } from '../db/postgres.ts';
import { createService } from '../service.ts';
import { memoryChain } from '../testing/memory-chain.ts';
import { memoryContent, permissiveRules } from '../testing/rules.ts';

const content = memoryContent().store;
const service = await createService({
  db: await postgres({ connectionString: process.argv[2] ?? '' }),
  chain: memoryChain().chain,
  content: {
    ...content,
    put: () => {
      console.log('uploading');
      return new Promise(() => undefined);
    },
  },
  rules: permissiveRules('').rules,
  // Its own sweep would come by what it works on as well: here, its heartbeat alone says that it
  // lives.
  sweepMs: 3_600_000,
});
const principal = { id: 'alice', wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' };
const { snapshot } = await service.start({
  process: 'claim',
  principal,
  input: {},
  idempotencyKey: null,
});
console.log(snapshot.operationId);
