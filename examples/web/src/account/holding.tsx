import { useText } from '../preferences/preferences.ts';
import type { Tier } from '../session/api.ts';
import { useMe } from '../session/provider.tsx';
import { ChainLink } from '../ui/chain-link.tsx';

/** The NFT in the wallet. */
export function Holding({ tier }: { tier: Tier }) {
  const { nft } = useMe();
  const { holding } = useText();
  return (
    <section className="card holding" aria-labelledby="holding">
      <img className="picture" src={tier.image} alt="" width={200} height={200} />
      <header>
        <p className="eyebrow">{holding.where(tier.level)}</p>
        <h2 id="holding" className="title">
          {tier.name}
        </h2>
      </header>
      <dl className="facts wide">
        <div>
          <dt>{holding.fees}</dt>
          <dd>−{tier.benefits.tradingFeeReduction}</dd>
        </div>
        <div>
          <dt>{holding.agent}</dt>
          <dd>{holding.aWeek(tier.benefits.aiAgentUsesPerWeek)}</dd>
        </div>
        {nft && (
          <div>
            <dt>{holding.mint}</dt>
            <dd>
              <ChainLink kind="address" value={nft.mintAddress} />
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}
