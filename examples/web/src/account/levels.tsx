import type { Tier } from '../session/api.ts';
import { usePage } from '../session/provider.tsx';
import { rounded } from '../ui/format.ts';

/** The five levels: what each asks for and what it brings. */
export function Levels({ current }: { current: Tier | null }) {
  const { site } = usePage();
  return (
    <section className="card" aria-labelledby="levels">
      <h2 id="levels">Levels</h2>
      <ol className="rows levels">
        {site.tiers.map((tier) => (
          <li key={tier.id} aria-current={tier.id === current?.id ? 'true' : undefined}>
            <img className="picture thumb" src={tier.image} alt="" width={44} height={44} />
            <span>
              {tier.name}
              <span className="quiet small block">
                {rounded(tier.volume)} USDT{tier.badges > 0 && ` · ${tier.badges} badges`}
              </span>
            </span>
            <span className="end">
              {tier.id === current?.id ? (
                <span className="chip" data-tone="good">
                  Yours
                </span>
              ) : (
                <span className="quiet small">−{tier.benefits.tradingFeeReduction} fees</span>
              )}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
