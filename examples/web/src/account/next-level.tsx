import { useId, useState } from 'react';
import { useText } from '../preferences/preferences.ts';
import { type Tier, tradeOn } from '../session/api.ts';
import { useMe, usePage } from '../session/provider.tsx';

interface Requirement {
  name: string;
  actual: number;
  required: number;
  unit: string;
  /** The part that is missing, in words. */
  missing(amount: number): string;
}

/**
 * What the next level asks for, what it brings, and the button. The server decides; the page only
 * does not offer what it would refuse.
 */
export function NextLevel({
  current,
  next,
  onStart,
}: {
  current: Tier | null;
  next: Tier | null;
  onStart: () => void;
}) {
  const me = useMe();
  const text = useText().next;
  const reason = useId();
  if (!next)
    return (
      <section className="card">
        <h2>{text.highest}</h2>
        <p className="quiet">{text.nothingAbove}</p>
      </section>
    );
  const activated = me.badges.filter((badge) => badge.status === 'activated').length;
  const requirements: Requirement[] = [
    {
      name: text.volume,
      actual: me.volume,
      required: next.volume,
      unit: 'USDT',
      missing: text.missingVolume,
    },
    ...(next.badges > 0
      ? [
          {
            name: text.badges,
            actual: activated,
            required: next.badges,
            unit: '',
            missing: text.missingBadges,
          },
        ]
      : []),
  ];
  const missing = requirements.filter(({ actual, required }) => actual < required);
  return (
    <section className="card next" aria-labelledby="next">
      <header className="split">
        <div>
          <p className="eyebrow">{current ? text.next : text.first}</p>
          <h2 id="next" className="title">
            {next.name}
          </h2>
          <p className="quiet">
            {text.brings(next.benefits.tradingFeeReduction, next.benefits.aiAgentUsesPerWeek)}
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
        <button
          type="button"
          className="button primary"
          disabled={missing.length > 0}
          aria-describedby={reason}
          onClick={onStart}
        >
          {current ? text.upgradeTo(next.name) : text.claim(next.name)}
        </button>
        {missing.length > 0 && <TradeOn badges={next.badges} />}
        <p id={reason} className="quiet small">
          {missing.length > 0
            ? text.missing(missing.map((one) => one.missing(one.required - one.actual)))
            : current
              ? text.burns(current.name, next.name)
              : text.mints}
        </p>
      </div>
    </section>
  );
}

function Meter({ name, actual, required, unit }: Requirement) {
  const { number, next } = useText();
  const met = actual >= required;
  return (
    <li>
      <span>{name}</span>
      <span className="tabular">
        <b>{number(Math.min(actual, required))}</b> {next.of(required, unit)}{' '}
        {met && <span className="check">✓</span>}
      </span>
      <progress
        aria-label={name}
        value={Math.min(actual, required)}
        max={required}
        data-met={met}
      />
    </li>
  );
}

/** On the local chain there is no market: this stands in for some months of trading. */
function TradeOn({ badges }: { badges: number }) {
  const { session, site } = usePage();
  const text = useText().next;
  const me = useMe();
  const [busy, setBusy] = useState(false);
  const owned = me.badges.filter((badge) => badge.status !== 'consumed').length;
  if (!site.devUsers || (owned >= badges && me.badges.some((badge) => badge.status === 'owned')))
    return null;
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
      {text.trade}
    </button>
  );
}
