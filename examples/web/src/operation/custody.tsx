import type { AnyProcess, Asset } from '@aiw3/nft-upgrade';
import { useText } from '../preferences/preferences.ts';

const order: readonly Asset[] = ['safe', 'at_risk', 'burned_owed', 'delivered'];

/** The places of the asset in a process, in order, read from its statuses. */
const placesOf = (process: AnyProcess): Asset[] => {
  const seen = new Set(Object.values(process.statuses).map((status) => status.asset));
  return order.filter((asset) => seen.has(asset));
};

/**
 * Where the asset is, always and in words: the one thing a page like this must never leave open.
 */
export function Custody({
  process,
  asset,
  sentence,
}: {
  process: AnyProcess;
  asset: Asset;
  sentence: string;
}) {
  const { custody } = useText();
  const places = placesOf(process);
  const burns = places.includes('burned_owed');
  const at = places.indexOf(asset);
  return (
    <section className="custody" aria-label={custody.title} data-asset={asset}>
      <ol aria-hidden="true">
        {places.map((place, index) => (
          <li key={place} data-state={index < at ? 'past' : index === at ? 'here' : 'ahead'}>
            {place === 'safe' && !burns ? custody.notMinted : custody[place]}
          </li>
        ))}
      </ol>
      <p>{sentence}</p>
    </section>
  );
}
