import { createUpgradeClient, type Operation, walletSigning } from '@aiw3/nft-upgrade';
import type { OperationEvent, Snapshot } from '@aiw3/nft-upgrade/protocol';
import { solanaGuard } from '@aiw3/nft-upgrade/solana';
import { DEV_BADGES } from '../dev.ts';
import type { DemoUser } from './user.ts';
import type { View } from './view.ts';

/**
 * The main job, through the public client: claim level 1, activate both badges, upgrade to level 2.
 */
export async function runDemo(
  baseUrl: string,
  fetch: typeof globalThis.fetch,
  user: DemoUser,
  view: Pick<View, 'begin' | 'event'>,
) {
  const client = createUpgradeClient({
    baseUrl,
    getToken: () => user.token,
    signing: walletSigning({ wallet: user.wallet, guard: solanaGuard() }),
    environment: { fetch },
  });
  const ms: Record<string, number> = {};

  const follow = async (
    title: string,
    start: () => Operation<Snapshot, OperationEvent>,
  ): Promise<Snapshot> => {
    const began = performance.now();
    view.begin(title);
    const operation = start();
    for await (const event of operation) {
      view.event(title, event, performance.now() - began);
      if (event.status === 'awaiting_burn') await operation.sign();
    }
    const snapshot = await operation.done;
    ms[title] = Math.round(performance.now() - began);
    return snapshot;
  };

  try {
    const operations = [await follow('claim', () => client.claim.start({}))];
    for (const badge of DEV_BADGES)
      operations.push(
        await follow(`activate ${badge.name}`, () =>
          client.badgeActivation.start({ badgeId: badge.id }),
        ),
      );
    operations.push(
      await follow('upgrade', () => client.upgrade.start({ targetTierId: 'tier-2' })),
    );
    return { operations, ms };
  } finally {
    client.close();
  }
}

export type DemoRun = Awaited<ReturnType<typeof runDemo>>;
