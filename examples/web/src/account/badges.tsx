import type { Operation, OperationState } from '@aiw3/nft-upgrade';
import { useOperation } from '@aiw3/nft-upgrade-react';
import type { Badge } from '../session/api.ts';
import { useMe } from '../session/provider.tsx';
import { useActivations } from './use-activations.ts';

/** Badges, and their activation: many may run at once, each an operation of its own over the one connection. */
export function Badges() {
  const { badges } = useMe();
  const { running, activate } = useActivations();
  const owned = badges.filter(({ badgeId, status }) => status === 'owned' && !running.has(badgeId));
  return (
    <section className="card" aria-labelledby="badges">
      <header className="split">
        <h2 id="badges">Badges</h2>
        {owned.length > 1 && (
          <button
            type="button"
            className="link"
            onClick={() => {
              for (const { badgeId } of owned) activate(badgeId);
            }}
          >
            Activate all
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
      <p className="quiet small">An activated badge counts for the next level. It is used up once the new NFT has arrived, not before.</p>
    </section>
  );
}

const words: Readonly<Record<Badge['status'], string>> = { owned: 'Owned', activated: 'Activated', consumed: 'Used' };

function Row({ badge, operation, onActivate }: { badge: Badge; operation: Operation | null; onActivate: () => void }) {
  const progress = useOperation(operation, ({ operation: now, connection }) =>
    connection.state === 'closed' ? null : (now?.progress ?? 0),
  );
  const refused = useOperation(operation, refusalOf);
  return (
    <li data-status={badge.status}>
      <span className="medal" aria-hidden="true" />
      <span>
        {badge.name}
        {refused && <span className="quiet small"> · {refused}</span>}
      </span>
      {operation && progress !== null ? (
        <span className="quiet small" role="status">
          Activating … {progress} %
        </span>
      ) : badge.status === 'owned' ? (
        <button type="button" className="button small" aria-label={`Activate ${badge.name}`} onClick={onActivate}>
          Activate
        </button>
      ) : (
        <span className="chip" data-tone={badge.status === 'activated' ? 'good' : undefined}>
          {words[badge.status]}
        </span>
      )}
    </li>
  );
}

/** Why it ended without the badge; null while it runs, and when all went well. */
function refusalOf({ operation: now, connection }: OperationState): string | null {
  if (now?.terminal && now.status !== 'completed') return typeof now.now.error === 'string' ? now.now.error : 'Not activated.';
  return !now && connection.state === 'closed' ? (connection.error?.message ?? 'Not activated.') : null;
}
