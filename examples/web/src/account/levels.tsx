import { useText } from '../preferences/preferences.ts';
import type { Tier } from '../session/api.ts';
import { usePage } from '../session/provider.tsx';

/** The five levels: what each asks for and what it brings. */
export function Levels({ current }: { current: Tier | null }) {
  const { site } = usePage();
  const { levels } = useText();
  return (
    <section className="card" aria-labelledby="levels">
      <h2 id="levels">{levels.title}</h2>
      <ol className="rows levels">
        {site.tiers.map((tier) => (
          <li key={tier.id} aria-current={tier.id === current?.id ? 'true' : undefined}>
            <img className="picture thumb" src={tier.image} alt="" width={44} height={44} />
            <span>
              {tier.name}
              <span className="quiet small block">{levels.asks(tier.volume, tier.badges)}</span>
            </span>
            <span className="end">
              {tier.id === current?.id ? (
                <span className="chip" data-tone="good">
                  {levels.yours}
                </span>
              ) : (
                <span className="quiet small">
                  {levels.fees(tier.benefits.tradingFeeReduction)}
                </span>
              )}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
