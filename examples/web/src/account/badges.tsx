import type { Operation } from '@aiw3/nft-upgrade';
import { useDescription, useOperation } from '@aiw3/nft-upgrade-react';
import { useText } from '../preferences/preferences.ts';
import type { Badge } from '../session/api.ts';
import { useMe } from '../session/provider.tsx';
import { useActivations } from './use-activations.ts';

/**
 * Badges, and their activation: many may run at once, each an operation of its own over the one
 * connection.
 */
export function Badges() {
  const { badges } = useMe();
  const text = useText().badges;
  const { running, activate } = useActivations();
  const owned = badges.filter(({ badgeId, status }) => status === 'owned' && !running.has(badgeId));
  return (
    <section className="card" aria-labelledby="badges">
      <header className="split">
        <h2 id="badges">{text.title}</h2>
        {owned.length > 1 && (
          <button
            type="button"
            className="link"
            onClick={() => {
              for (const { badgeId } of owned) activate(badgeId);
            }}
          >
            {text.activateAll}
          </button>
        )}
      </header>
      <ul className="rows">
        {badges.map((badge) => (
          <Row
            key={badge.badgeId}
            badge={badge}
            operation={running.get(badge.badgeId) ?? null}
            onActivate={() => activate(badge.badgeId)}
          />
        ))}
      </ul>
      <p className="quiet small">{text.about}</p>
    </section>
  );
}

function Row({
  badge,
  operation,
  onActivate,
}: {
  badge: Badge;
  operation: Operation | null;
  onActivate: () => void;
}) {
  const text = useText().badges;
  const progress = useOperation(operation, ({ operation: now, connection }) =>
    connection.state === 'closed' ? null : (now?.progress ?? 0),
  );
  // Why it ended without the badge; nothing while it runs, and when all went well.
  const [refused] = useDescription(operation).problems;
  return (
    <li data-status={badge.status}>
      <span className="medal" aria-hidden="true" />
      <span>
        {badge.name}
        {refused && <span className="quiet small"> · {refused.message}</span>}
      </span>
      {operation && progress !== null ? (
        <span className="quiet small" role="status">
          {text.activating(progress)}
        </span>
      ) : badge.status === 'owned' ? (
        <button
          type="button"
          className="button small"
          aria-label={text.activateOne(badge.name)}
          onClick={onActivate}
        >
          {text.activate}
        </button>
      ) : (
        <span className="chip" data-tone={badge.status === 'activated' ? 'good' : undefined}>
          {text[badge.status]}
        </span>
      )}
    </li>
  );
}
