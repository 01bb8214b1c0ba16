import type { Snapshot } from '@aiw3/nft-upgrade';
import { usePage } from '../session/provider.tsx';

/** The old picture and the new one; the one that is not in the wallet is grey. */
export function Pictures({ now }: { now: Snapshot | null }) {
  const { site } = usePage();
  const imageOf = (fact: unknown) =>
    site.tiers.find((tier) => tier.id === (fact as { tierId?: string } | undefined)?.tierId)?.image;
  const [from, to] = [imageOf(now?.facts.currentNFT), imageOf(now?.facts.targetTier)];
  const burned = now?.asset === 'burned_owed' || now?.asset === 'delivered';
  return (
    <div className="pictures" aria-hidden="true">
      {from && (
        <img className="picture" data-ghost={burned} src={from} alt="" width={64} height={64} />
      )}
      {from && to && (
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M2 8h11M9 4l4 4-4 4" />
        </svg>
      )}
      {to && (
        <img
          className="picture"
          data-ghost={now?.asset !== 'delivered'}
          src={to}
          alt=""
          width={64}
          height={64}
        />
      )}
    </div>
  );
}
