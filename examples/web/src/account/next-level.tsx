import { useId, useState } from 'react';
import { type Tier, tradeOn } from '../session/api.ts';
import { useMe, usePage } from '../session/provider.tsx';
import { number } from '../ui/format.ts';

interface Requirement {
  name: string;
  actual: number;
  required: number;
  unit: string;
}

/** What the next level asks for, what it brings, and the button. The server decides; the page only does not offer what it would refuse. */
export function NextLevel({ current, next, onStart }: { current: Tier | null; next: Tier | null; onStart: () => void }) {
  const me = useMe();
  const reason = useId();
  if (!next)
    return (
      <section className="card">
        <h2>You hold the highest level.</h2>
        <p className="quiet">There is nothing above it, and it can never be burned.</p>
      </section>
    );
  const activated = me.badges.filter((badge) => badge.status === 'activated').length;
  const requirements: Requirement[] = [
    { name: 'Trading volume', actual: me.volume, required: next.volume, unit: 'USDT' },
    ...(next.badges > 0 ? [{ name: 'Activated badges', actual: activated, required: next.badges, unit: '' }] : []),
  ];
  const missing = requirements.filter(({ actual, required }) => actual < required);
  return (
    <section className="card next" aria-labelledby="next">
      <header className="split">
        <div>
          <p className="eyebrow">{current ? 'Next level' : 'Your first NFT'}</p>
          <h2 id="next" className="title">
            {next.name}
          </h2>
          <p className="quiet">
            {next.benefits.tradingFeeReduction} lower trading fees, {next.benefits.aiAgentUsesPerWeek} AI agent uses a week
          </p>
        </div>
        <img className="picture small" src={next.image} alt="" width={96} height={96} />
      </header>
      <ul className="meters">
        {requirements.map((requirement) => (
          <Meter key={requirement.name} {...requirement} />
        ))}
      </ul>
      <div className="actions">
        <button type="button" className="button primary" disabled={missing.length > 0} aria-describedby={reason} onClick={onStart}>
          {current ? `Upgrade to ${next.name}` : `Claim ${next.name}`}
        </button>
        {missing.length > 0 && <TradeOn badges={next.badges} />}
        <p id={reason} className="quiet small">
          {missing.length > 0
            ? `Still missing: ${missing.map(missingText).join(' and ')}.`
            : current
              ? `One signature burns ${current.name}. Then ${next.name} is yours, whatever happens.`
              : 'Nothing is burned and nothing to sign: it is minted to your wallet.'}
        </p>
      </div>
    </section>
  );
}

const missingText = ({ actual, required, unit, name }: Requirement) =>
  `${number(required - actual)} ${unit || (required - actual === 1 ? name.toLowerCase().replace(/s$/, '') : name.toLowerCase())}`;

function Meter({ name, actual, required, unit }: Requirement) {
  const met = actual >= required;
  return (
    <li>
      <span>{name}</span>
      <span className="tabular">
        <b>{number(Math.min(actual, required))}</b> of {number(required)} {unit} {met && <span className="check">✓</span>}
      </span>
      <progress aria-label={name} value={Math.min(actual, required)} max={required} data-met={met} />
    </li>
  );
}

/** On the local chain there is no market: this stands in for some months of trading. */
function TradeOn({ badges }: { badges: number }) {
  const { session, site } = usePage();
  const me = useMe();
  const [busy, setBusy] = useState(false);
  const owned = me.badges.filter((badge) => badge.status !== 'consumed').length;
  if (!site.devUsers || (owned >= badges && me.badges.some((badge) => badge.status === 'owned'))) return null;
  return (
    <button
      type="button"
      className="button"
      disabled={busy}
      onClick={() => {
        setBusy(true);
        void tradeOn(me.wallet)
          .then(() => session.announce())
          .finally(() => setBusy(false));
      }}
    >
      Fast-forward: trade and earn badges
    </button>
  );
}
