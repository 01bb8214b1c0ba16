import type { AnyProcess, Asset } from '@aiw3/nft-upgrade';
import { custodyOf } from './texts.ts';

/** Where the asset is, always and in words: the one thing a page like this must never leave open. */
export function Custody({ process, asset }: { process: AnyProcess; asset: Asset }) {
  const places = custodyOf(process);
  const at = places.findIndex((place) => place.asset === asset);
  return (
    <section className="custody" aria-label="Where your NFT is" data-asset={asset}>
      <ol aria-hidden="true">
        {places.map((place, index) => (
          <li key={place.asset} data-state={index < at ? 'past' : index === at ? 'here' : 'ahead'}>
            {place.name}
          </li>
        ))}
      </ol>
      <p>{places[at]?.sentence}</p>
    </section>
  );
}
