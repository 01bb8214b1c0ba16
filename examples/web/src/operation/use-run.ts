import type { Operation, UpgradeClient } from '@aiw3/nft-upgrade';
import {
  type ProcessHook,
  useNftClaim,
  useNftUpgrade,
  useUpgradeClient,
} from '@aiw3/nft-upgrade-react';
import { useEffect } from 'react';
import { useMe, usePage, useSession } from '../session/provider.tsx';
import { lastRun } from './last-run.ts';

/**
 * A claim or an upgrade, as a component shows it: both alike, because the phases come from the
 * process.
 */
export type Run = ProcessHook<'upgrade' | 'claim'>;

/**
 * The claim or the upgrade that runs, wherever it was begun: before a reload, in another tab, on
 * another device. Mounting starts nothing.
 */
export function useRun() {
  const client = useUpgradeClient();
  const { session } = usePage();
  const { version } = useSession();
  const { wallet } = useMe();
  const upgrade = useNftUpgrade();
  const claim = useNftClaim();
  const run = (upgrade.operation ? upgrade : claim.operation ? claim : null) as Run | null;
  const nothingShown = run === null;
  const { attach: attachUpgrade } = upgrade;
  const { attach: attachClaim } = claim;

  const follow = (operation: Operation) => {
    operation.started
      .then((id) => lastRun.keep(wallet, { process: operation.process, id }))
      .then(session.notifyTabs, () => {});
    operation.done.then(session.announce, () => {});
  };

  // A new version means that something may have begun elsewhere. `follow` may be a stale closure.
  // biome-ignore lint/correctness/useExhaustiveDependencies: as said above
  useEffect(() => {
    if (!nothingShown) return;
    let wanted = true;
    void findRun(client, wallet).then((found) => {
      if (!wanted || !found) return;
      follow(found.process === 'upgrade' ? attachUpgrade(found.id) : attachClaim(found.id));
    });
    return () => {
      wanted = false;
    };
  }, [client, wallet, version, nothingShown, attachUpgrade, attachClaim]);

  return {
    run,
    upgrade: (targetTierId: string) => follow(upgrade.start({ targetTierId })),
    claim: () => follow(claim.start({})),
    /** Shows it no longer. What runs goes on at the server. */
    dismiss() {
      lastRun.forget(wallet);
      run?.detach();
      void session.refresh();
    },
  };
}

/** What runs now, else what was shown last: a receipt survives a reload too. */
async function findRun(
  client: UpgradeClient,
  wallet: string,
): Promise<{ process: string; id: string } | null> {
  const names = ['upgrade', 'claim'] as const;
  const active = await Promise.all(
    names.map((name) =>
      client
        .process(name)
        .active()
        .catch(() => []),
    ),
  );
  const [running] = active.flat();
  if (running) return { process: running.process, id: running.operationId };
  const last = lastRun.read(wallet);
  const name = names.find((candidate) => candidate === last?.process);
  if (!last || !name) return null;
  const known = await client
    .process(name)
    .snapshot(last.id)
    .catch(() => null);
  return known ? last : null;
}
