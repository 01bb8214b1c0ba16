import type { Tier } from '../session/api.ts';
import { useMe } from '../session/provider.tsx';
import { ChainLink } from '../ui/chain-link.tsx';

/** The NFT in the wallet. */
export function Holding({ tier }: { tier: Tier }) {
  const { nft } = useMe();
  return (
    <section className="card holding" aria-labelledby="holding">
      <img className="picture" src={tier.image} alt="" width={200} height={200} />
      <header>
        <p className="eyebrow">Level {tier.level} · in your wallet</p>
        <h2 id="holding" className="title">
          {tier.name}
        </h2>
      </header>
      <dl className="facts wide">
        <div>
          <dt>Trading fees</dt>
          <dd>−{tier.benefits.tradingFeeReduction}</dd>
        </div>
        <div>
          <dt>AI agent uses</dt>
          <dd>{tier.benefits.aiAgentUsesPerWeek} a week</dd>
        </div>
        {nft && (
          <div>
            <dt>Mint</dt>
            <dd>
              <ChainLink kind="address" value={nft.mintAddress} />
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}
