import { useState } from 'react';
import { OperationPanel } from '../operation/operation-panel.tsx';
import { useRun } from '../operation/use-run.ts';
import { useText } from '../preferences/preferences.ts';
import { useMe, usePage } from '../session/provider.tsx';
import { Badges } from './badges.tsx';
import { Holding } from './holding.tsx';
import { Levels } from './levels.tsx';
import { NextLevel } from './next-level.tsx';

/** What somebody owns, and what comes next: or, while something runs, how it goes. */
export function Account() {
  const { account } = useText();
  const { site } = usePage();
  const me = useMe();
  const { run, claim, upgrade, dismiss } = useRun();
  const [begun, setBegun] = useState(false);
  const current = site.tiers.find((tier) => tier.id === me.nft?.tierId) ?? null;
  // Burned and not delivered yet: until then no level is anybody's.
  const held = run?.state?.operation?.asset === 'burned_owed' ? null : current;
  const next = site.tiers.find((tier) => tier.level === (current?.level ?? 0) + 1) ?? null;
  return (
    <div className="columns">
      <div className="stack">
        <h1 className="hidden">{account.title}</h1>
        {run ? (
          <OperationPanel run={run} takeFocus={begun} onDismiss={dismiss} />
        ) : (
          <>
            {current && <Holding tier={current} />}
            <NextLevel
              current={current}
              next={next}
              onStart={() => {
                setBegun(true);
                if (current && next) upgrade(next.id);
                else claim();
              }}
            />
          </>
        )}
      </div>
      <aside className="stack" aria-label={account.aside}>
        <Badges />
        <Levels current={held} />
      </aside>
    </div>
  );
}
