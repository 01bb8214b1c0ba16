import type { Operation } from '@aiw3/nft-upgrade';
import { useUpgradeClient } from '@aiw3/nft-upgrade-react';
import { useEffect, useRef, useState } from 'react';
import { usePage, useSession } from '../session/provider.tsx';

/**
 * Activations by badge: any number at once, each an operation of its own. One that was begun before
 * a reload or in another tab is found again.
 */
export function useActivations() {
  const client = useUpgradeClient();
  const { session } = usePage();
  const { version } = useSession();
  const [running, setRunning] = useState<ReadonlyMap<string, Operation>>(new Map());
  // The present map also for two clicks in one tick.
  const held = useRef(running);
  const hold = (next: ReadonlyMap<string, Operation>) => {
    held.current = next;
    setRunning(next);
  };

  const follow = (badgeId: string, operation: Operation) => {
    hold(new Map(held.current).set(badgeId, operation));
    operation.started.then(session.notifyTabs, () => {});
    operation.done
      .then(async ({ status }) => {
        await session.announce();
        // What was refused stays, with its reason.
        if (status === 'completed')
          hold(new Map([...held.current].filter(([, one]) => one !== operation)));
      })
      .catch(() => {});
  };

  // A new version means that something may have begun elsewhere.
  // biome-ignore lint/correctness/useExhaustiveDependencies: as said above
  useEffect(() => {
    let wanted = true;
    client.badgeActivation.active().then(
      (found) => {
        for (const { operationId, facts } of wanted ? found : []) {
          const badgeId = String(facts.input?.badgeId);
          if (!held.current.has(badgeId))
            follow(badgeId, client.badgeActivation.attach(operationId));
        }
      },
      () => {},
    );
    return () => {
      wanted = false;
    };
  }, [client, version]);

  const activate = (badgeId: string) => {
    const { terminal = false } = held.current.get(badgeId)?.getSnapshot().operation ?? {};
    if (!held.current.has(badgeId) || terminal)
      follow(badgeId, client.badgeActivation.start({ badgeId }));
  };
  return { running, activate };
}
