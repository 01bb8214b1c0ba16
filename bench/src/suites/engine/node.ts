import { randomUUID } from 'node:crypto';
import { type Chain, createHandler, createService, type Db } from '@aiw3/nft-upgrade-server-kit';
import { postgres } from '@aiw3/nft-upgrade-server-kit/postgres';
import { memoryContent, permissiveRules } from '@aiw3/nft-upgrade-server-kit/testing';
import { createLedger, mintOf } from './ledger.ts';

/** A whole node on the database: the engine with its defaults, over a chain that costs nothing. */
export async function startNode(url: string, max: number, chain: Chain = createLedger().chain) {
  const db: Db = await postgres({ connectionString: url, max });
  const { rules } = permissiveRules('');
  const service = await createService({
    db,
    chain,
    content: memoryContent().store,
    rules: {
      ...rules,
      ...(rules.upgrade && {
        upgrade: {
          ...rules.upgrade,
          subject: async ({ principal }) => principal.id,
          qualify: async ({ principal }) => ({
            qualified: true as const,
            facts: {
              currentNFT: {
                mintAddress: mintOf(principal.id),
                tierId: 'tier-1',
                tierName: 'Tech Chicken',
              },
              targetTier: { tierId: 'tier-2', tierName: 'Quant Ape' },
            },
          }),
        },
      }),
    },
  });
  const handler = createHandler(service, {
    authenticate: async (request) => {
      const id = request.headers.get('authorization') ?? '';
      return { id, wallet: id };
    },
    limits: {
      startsPerMinute: 1_000_000,
      commandsPerMinute: 1_000_000,
      readsPerMinute: 1_000_000,
      connections: 1_000_000,
    },
  });
  const ended = (
    process: string,
    operationId: string,
    status: string,
    principal: { id: string },
  ): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = () =>
        service.snapshot({ process, operationId, principal }).then((snapshot) => {
          if (snapshot.status !== status) return;
          stop();
          resolve();
        }, reject);
      const stop = service.watch(operationId, () => void look());
      void look();
    });

  return {
    db,
    service,
    handler,
    /** The process without a chain: four events. */
    async activate(): Promise<void> {
      const principal = { id: randomUUID() };
      const request = {
        process: 'badge_activation',
        principal,
        input: { badgeId: principal.id },
        idempotencyKey: null,
      };
      const { snapshot } = await service.start(request);
      // The start has set the run off; a caller that only waits for the end reads it once.
      await service.advance(snapshot.operationId);
      await ended('badge_activation', snapshot.operationId, 'completed', principal);
    },
    async stop(): Promise<void> {
      await service.stop();
      await db.close();
    },
  };
}

export type BenchNode = Awaited<ReturnType<typeof startNode>>;
